import ChatCore
import Delivery
import LineProtocol
import Reactor

extension IRCDialect {
  /// What the session asked for has happened. Others are shown it by ``IRCFormat``, the session itself here.
  func received(_ event: Event, _ session: LineSession) {
    let irc = session.settings.irc
    switch event.kind {
    case .message(let message, _, _, _), .repeated(let message): published(message, session)
    case .refused(let refusal):
      if refusal.verb == .publish {
        messageRefused(refusal.error, session)
      } else {
        requestRefused(refusal.error, session)
      }
    case .named: named(session)
    case .renamed(let renaming): renamed(renaming, session)
    case .joined(let joining):
      session.shard.goLive(session.id, in: joining.room)
      settle(entered(joining.name, session), session)
    case .parted(let parting):
      session.send {
        irc.part(nick: name(session), room: parting.name.text, reason: parting.reason, into: &$0)
      }
      settle(.done, session)
    case .topic(let change):
      session.send {
        irc.topic(
          nick: change.topic.author, room: change.name.text, topic: change.topic.text, into: &$0)
      }
      settle(.done, session)
    case .opened, .closed, .quit, .wanted: break
    }
  }

  private func named(_ session: LineSession) { settle(registerIfReady(session), session) }

  private func renamed(_ renaming: Renaming, _ session: LineSession) {
    guard isRegistered else { return named(session) }
    session.send {
      session.settings.irc.nick(from: renaming.old.text, to: renaming.new.text, into: &$0)
    }
    settle(.done, session)
  }

  func farewell(_ reason: Farewell, dropped: DroppedMarks, _ session: LineSession) -> [UInt8] {
    var farewell: [UInt8] = []
    switch reason {
    case .slow: appendClosingLink("Too slow: what was sent was not read", session, to: &farewell)
    case .shutdown: appendClosingLink("The server is stopping", session, to: &farewell)
    }
    return farewell
  }

  // MARK: Pings

  var canAnswerPings: Bool { true }

  func ping(_ session: LineSession) {
    let irc = session.settings.irc
    session.send { irc.line(command: "PING", trailing: irc.serverName, into: &$0) }
  }

  func dismiss(_ error: ProtocolError, _ session: LineSession) {
    session.send { appendClosingLink(error.reason, session, to: &$0) }
  }

  // MARK: Replays, of which IRC starts none

  func show(_ entry: Entry, mark: OutputMark, _ session: LineSession) {}
  func showGap(_ room: RoomName, from: Int64, to: Int64, mark: OutputMark, _ session: LineSession) {}
  func replayEnded(_ room: RoomName, at cursor: Int64, _ session: LineSession) {}
  func replayFailed(_ room: RoomName, _ error: LogError, _ session: LineSession) {}
}

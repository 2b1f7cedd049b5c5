import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  /// What the session asked for has happened. Others are shown it by ``IRCFormat``, the session itself here.
  func happened(_ outcome: Outcome, _ session: LineSession) {
    switch outcome {
    case .published(let message): published(message, session)
    case .refused(let error): messageRefused(error, session)
    case .failed(let error): failed(error, session)
    case .renamed(let old, let new): renamed(from: old, to: new, session)
    case .joined(let id, _, let room, _):
      session.rooms.append(LineSession.JoinedRoom(id: id, name: room))
      session.shard.goLive(session.id, in: id)
      settle(entered(room, session), session)
    case .parted(let id, let room, let reason):
      session.rooms.removeAll { $0.id == id }
      session.send {
        session.settings.irc.part(nick: name(session), room: room.text, reason: reason, into: &$0)
      }
      settle(.done, session)
    case .topicSet(let topic, let room):
      session.send {
        session.settings.irc.topic(nick: topic.author, room: room.text, topic: topic.text, into: &$0)
      }
      settle(.done, session)
    }
  }

  private func renamed(from old: Nick, to new: Nick, _ session: LineSession) {
    session.nick = new
    if isRegistered {
      session.send { session.settings.irc.nick(from: old.text, to: new.text, into: &$0) }
      settle(.done, session)
    } else {
      settle(registerIfReady(session), session)
    }
  }

  /// Of what is not a message, only a topic is stored.
  private func failed(_ error: LogError, _ session: LineSession) {
    if messageFailed(ProtocolError(error, asked: ""), session) { return }
    let reason = ProtocolError(error, asked: "").reason
    refuse(IRCRefusal(.errUnknownError, ["TOPIC"], reason), session)
    settle(.done, session)
  }

  func farewell(_ reason: Farewell, dropped: [UInt8], _ session: LineSession) -> [UInt8] {
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

  func show(_ entry: Entry, _ session: LineSession) {}
  func showGap(_ room: RoomName, from: Int64, to: Int64, _ session: LineSession) {}
  func replayEnded(_ room: RoomName, at cursor: Int64, _ session: LineSession) {}
  func replayFailed(_ room: RoomName, _ error: LogError, _ session: LineSession) {}
}

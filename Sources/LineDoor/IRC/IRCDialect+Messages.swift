import ChatCore
import LineProtocol

extension IRCDialect {
  /// A message's own reply is its echo, which comes when it is on disk, and only to clients that asked for `echo-message`.
  func say(_ utterance: IRCUtterance, _ session: LineSession) -> LineOutcome {
    guard session.canPublish else { return .wait }
    // What is refused here and now has its place after everything that is under way.
    if !utterance.refusals.isEmpty, !session.isIdle { return .wait }
    for refusal in utterance.refusals { refuse(refusal, session) }
    guard let content = utterance.content else { return .done }
    for room in utterance.rooms {
      underWay.append(room, content.kind)
      session.publish(room, content.text, content.kind, once: utterance.reference)
    }
    return .done
  }

  func published(_ message: Message, _ session: LineSession) {
    _ = underWay.removeFirst()
    guard negotiation.enabled.contains(.echoMessage) else { return }
    let tags = negotiation.enabled.tags
    session.send { session.settings.irc.message(message, tags: tags, into: &$0) }
  }

  /// The oldest message under way is refused by the hub. A NOTICE gets no errors; see ``IRCUtterance``.
  func messageRefused(_ error: ProtocolError, _ session: LineSession) {
    guard let message = underWay.removeFirst(), message.kind != .notice else { return }
    refuse(IRCRefusal(.errCannotSendToChan, [message.room.channel], error.reason), session)
  }

  /// The oldest message under way could not be stored; false if none is under way. Whoever sends a NOTICE is told with a NOTICE,
  /// which nothing answers: what is lost is never lost without a word.
  func messageFailed(_ error: ProtocolError, _ session: LineSession) -> Bool {
    guard let message = underWay.removeFirst() else { return false }
    if message.kind == .notice {
      let irc = session.settings.irc
      session.send {
        irc.line(
          source: irc.serverName, command: "NOTICE", params: [name(session)],
          trailing: "\(message.room.channel): \(error.reason)", into: &$0)
      }
    } else {
      refuse(IRCRefusal(.errCannotSendToChan, [message.room.channel], error.reason), session)
    }
    return true
  }
}

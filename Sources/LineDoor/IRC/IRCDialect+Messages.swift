import ChatCore
import LineProtocol

extension IRCDialect {
  /// A message's own reply is its echo, which comes when it is on disk, and only to clients that asked for `echo-message`.
  func say(_ utterance: IRCUtterance, _ session: LineSession) -> LineOutcome {
    guard session.canPublish else { return .wait }
    let refusals = utterance.refusals + refusals(ofRoomsNotJoined: utterance, session)
    // What is refused here and now has its place after everything that is in flight.
    if !refusals.isEmpty, !session.isIdle { return .wait }
    for refusal in refusals { refuse(refusal, session) }
    guard let content = utterance.content else { return .done }
    for room in utterance.rooms where session.joinedRoom(room) != nil {
      inFlight.append(room, content.kind)
      session.publish(room, content.text, content.kind, once: utterance.reference)
    }
    return .done
  }

  /// A NOTICE gets no errors; see ``IRCUtterance``.
  private func refusals(ofRoomsNotJoined utterance: IRCUtterance, _ session: LineSession) -> [IRCRefusal] {
    guard let kind = utterance.content?.kind, kind != .notice else { return [] }
    return utterance.rooms.compactMap { room in
      session.joinedRoom(room) != nil
        ? nil : IRCRefusal(.errCannotSendToChan, [room.channel], ErrorCode.notJoined.reason)
    }
  }

  func published(_ message: Message, _ session: LineSession) {
    _ = inFlight.removeFirst()
    guard negotiation.enabled.contains(.echoMessage) else { return }
    let tags = negotiation.enabled.tags
    session.send { session.settings.irc.message(message, tags: tags, into: &$0) }
  }

  /// The oldest message in flight is refused at its place. A NOTICE gets no errors (see ``IRCUtterance``); but whoever sends one is
  /// told with a NOTICE, which nothing answers, that the log failed: what is lost is never lost without a word.
  func messageRefused(_ error: ProtocolError, _ session: LineSession) {
    guard let message = inFlight.removeFirst() else { return }
    let isLost = [.notStored, .outcomeUnknown, .referenceUsed].contains(error.code)
    if message.kind != .notice {
      refuse(IRCRefusal(.errCannotSendToChan, [message.room.channel], error.reason), session)
    } else if isLost {
      let irc = session.settings.irc
      session.send {
        irc.line(
          source: irc.serverName, command: "NOTICE", params: [name(session)],
          trailing: "\(message.room.channel): \(error.reason)", into: &$0)
      }
    }
  }
}

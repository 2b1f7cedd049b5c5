import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  /// A message's own reply is its echo, which comes when it is on disk, and only to clients that asked for
  /// `echo-message`.
  static func say(_ line: IRCLine, _ kind: Message.Kind, _ books: Books) -> LineStep {
    let utterance = IRCUtterance(line, kind)
    var steps = utterance.refusals.map(books.refuse)
    guard let (kind, text) = utterance.content else { return .steps(steps) }
    // The way of most messages.
    if steps.isEmpty, utterance.rooms.count == 1, books.isIn(utterance.rooms[0]) {
      return .submit(.publish(utterance.rooms[0], text, kind, once: utterance.reference))
    }
    for room in utterance.rooms where !books.isIn(room) {
      // A NOTICE gets no errors; see ``IRCUtterance``.
      if kind == .notice { continue }
      let refusal = IRCRefusal(.errCannotSendToChan, [room.channel], ErrorCode.notJoined.reason)
      steps.append(books.refuse(refusal))
    }
    for room in utterance.rooms where books.isIn(room) {
      steps.append(.submit(.publish(room, text, kind, once: utterance.reference)))
    }
    return steps.count == 1 ? steps[0] : .steps(steps)
  }

  func settled(_ message: MessagesInFlight.Entry, by event: Event, _ books: Books) -> LineStep {
    switch event.kind {
    case .message, .repeated:
      books.irc.negotiation.enabled.contains(.echoMessage) ? books.tell(event) : .done
    case .refused(let refusal): Self.refuse(message, refusal.error, books)
    case .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted: .done
    }
  }

  /// A message is refused at its place. A NOTICE gets no errors (see ``IRCUtterance``); but whoever sends one
  /// is told with a NOTICE, which nothing answers, that the log failed: what is lost is never lost without a
  /// word.
  private static func refuse(
    _ message: MessagesInFlight.Entry, _ error: ProtocolError, _ books: Books
  ) -> LineStep {
    let channel = message.room.channel
    if message.kind != .notice {
      return books.refuse(IRCRefusal(.errCannotSendToChan, [channel], error.reason))
    }
    let isLost = [.notStored, .outcomeUnknown, .referenceUsed].contains(error.code)
    return isLost ? books.say { $0.line("NOTICE", [books.name], text: "\(channel): \(error.reason)") } : .done
  }
}

import ChatCore
import LineProtocol

extension ChatState {
  /// Decides one request and returns what came of it.
  @discardableResult
  mutating func decide(
    _ session: SessionID, _ action: Request.Action, id: MessageID = 1, _ use: ReferenceUse = .unused,
    log: Log = .open
  ) -> [Event] {
    var events: [Event] = []
    let place = Place(id: id, time: Timestamp(milliseconds: 1_000))
    decide(Request(session, action), at: place, use, log: log, into: &events)
    return events
  }
}

extension [Event] {
  var refusals: [ErrorCode] {
    compactMap { event in
      if case .refused(let refusal) = event.kind { refusal.error.code } else { nil }
    }
  }

  var entryIDs: [MessageID] { compactMap(\.entryID) }
}

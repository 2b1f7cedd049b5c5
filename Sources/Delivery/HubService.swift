import ChatCore
import Reactor

/// The hub at work: decides requests of all loops and carries the decisions to the log and back. Lives on loop 0.
final class HubService {
  private var hub: Hub
  private let log: any EventLog
  private var events: [Event] = []

  init(_ hub: Hub, log: any EventLog) {
    self.hub = hub
    self.log = log
  }

  /// Decides requests in order. Events go to the log in one piece; replies come back.
  func decide(_ requests: [Request]) -> [RoutedReply] {
    var replies: [RoutedReply] = []
    for request in requests {
      switch hub.decide(request, lastID: log.lastID) {
      case .reply(let reply):
        replies.append(RoutedReply(session: request.session, content: .reply(reply)))
        if case .nickInUse(_, let holder) = reply {
          replies.append(RoutedReply(session: holder, content: .probe))
        }
      case .event(let event): events.append(event)
      case .events(let several): events += several
      }
    }
    log.append(events)
    events.removeAll(keepingCapacity: true)
    return replies
  }

  func settle(_ batch: Batch) { hub.settle(batch) }
}

/// Something for one session, on its way to that session's loop.
struct RoutedReply: Sendable {
  enum Content: Sendable {
    case reply(Reply)
    case probe
  }

  let session: SessionID
  let content: Content
}

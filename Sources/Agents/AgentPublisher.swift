import ChatCore
package import Delivery
package import LineProtocol
package import Reactor

/// Posts messages for asynchronous code: agents. ``post(_:_:as:)`` comes from anywhere.
package final class AgentPublisher: Sendable {
  private struct Job: Sendable {
    let room: RoomName
    let text: MessageText
    let user: Nick
    let reference: MessageReference
    let continuation: CheckedContinuation<Message, any Error>
  }

  private let jobs: Mailbox<Job>

  package init(on loop: EventLoop) { jobs = loop.mailbox(of: Job.self) }

  /// To be called on the loop of `shard`, once.
  package func attach(to shard: Shard) {
    let participant = AgentParticipant(shard)
    shard.reactor.receive(jobs) {
      for job in $0 {
        participant.post(job.room, job.text, job.user, once: job.reference, job.continuation)
      }
    }
  }

  /// Publishes with the role `ai`, once for a reference. Returns when the message is on disk; throws
  /// `ProtocolError`.
  package func post(
    _ room: RoomName, _ text: MessageText, as user: Nick, once reference: MessageReference
  ) async throws -> Message {
    try await withCheckedThrowingContinuation { continuation in
      jobs.post(Job(room: room, text: text, user: user, reference: reference, continuation: continuation))
    }
  }
}

/// The publisher's place among the sessions of its loop.
private final class AgentParticipant: Participant {
  private let shard: Shard
  private var session = SessionID(loop: 0, serial: 0)
  private var waiting: [CheckedContinuation<Message, any Error>] = []

  init(_ shard: Shard) {
    self.shard = shard
    session = shard.enter(self, output: nil, format: FormatID(0))
  }

  func post(
    _ room: RoomName, _ text: MessageText, _ user: Nick, once reference: MessageReference,
    _ continuation: CheckedContinuation<Message, any Error>
  ) {
    waiting.append(continuation)
    shard.request(session, .post(room, text, as: user, .ai, once: reference))
  }

  func received(_ event: Event) {
    if waiting.isEmpty { return }
    switch event.kind {
    case .message(let message, _, _, _), .repeated(let message):
      waiting.removeFirst().resume(returning: message)
    case .refused(let refusal): waiting.removeFirst().resume(throwing: refusal.error)
    case .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted: break
    }
  }

  func probe() {}
  func shutDown() {}
}

package import LineProtocol
import Threads

/// Messages as an asynchronous sequence with a bounded buffer. A subscriber that falls behind goes on from
/// the log by id, so nothing is dropped and nothing grows.
///
/// One task iterates it. It never ends by itself: cancel the task.
package final class Subscription: AsyncSequence, AsyncIteratorProtocol, Sendable {
  package typealias Element = Message
  /// Messages that may wait here.
  static let capacity = 256

  private struct State {
    var waiting: [Message] = []
    /// Messages after `cursor` were not buffered: they are to be read from the log.
    var isBehind = false
    /// The id of the last entry offered, wanted or not, before the subscriber fell behind.
    var cursor: MessageID
    var wakeUp: UnsafeContinuation<Void, Never>?

    /// False when there is no room.
    mutating func enqueue(_ message: Message) -> Bool {
      if waiting.count >= Subscription.capacity { return false }
      waiting.append(message)
      return true
    }
  }

  private let state: Lock<State>
  private let log: any EventLog
  private let isWanted: @Sendable (Message) -> Bool

  init(log: any EventLog, isWanted: @escaping @Sendable (Message) -> Bool) {
    self.log = log
    self.isWanted = isWanted
    state = Lock(State(cursor: log.applied))
  }

  package func makeAsyncIterator() -> Subscription { self }

  func offer(_ batch: Batch) {
    let wakeUp = state.withLock { state in
      for event in batch.events {
        guard let id = event.entryID, id > state.cursor else { continue }
        if !state.isBehind, case .message(let message, in: _, _, _) = event.kind, isWanted(message),
          !state.enqueue(message)
        {
          state.isBehind = true
        }
        if !state.isBehind { state.cursor = id }
      }
      return state.waiting.isEmpty && !state.isBehind ? nil : state.wakeUp.take()
    }
    wakeUp?.resume()
  }

  package func next() async -> Message? {
    while !Task.isCancelled {
      if let message = state.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) {
        return message
      }
      // The state may have changed since: `catchUp` and `sleep` look again.
      if await catchUp() { continue }
      await sleep()
    }
    return nil
  }

  /// Reads one page behind the cursor if the subscriber has fallen behind. False when there was nothing to do
  /// or the log cannot be read; then the next message is reason enough to try again.
  private func catchUp() async -> Bool {
    let cursor = state.withLock { $0.isBehind ? $0.cursor : nil }
    guard let cursor else { return false }
    let through = log.applied
    let query = HistoryQuery(room: nil, .after(cursor, through: through), limit: Self.capacity)
    guard let page = try? await log.read(query) else { return false }
    state.withLock { state in
      state.cursor = page.hasMore ? page.entries.last?.id ?? through : through
      state.waiting = page.messages.filter(isWanted)
      // What is published from here on is after the last id that the log had given before the lock was taken,
      // or it is in the next page.
      state.isBehind = page.hasMore || state.cursor < log.applied
    }
    return true
  }

  private func sleep() async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isReady = state.withLock { state in
          if !state.waiting.isEmpty || Task.isCancelled { return true }
          state.wakeUp = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.wakeUp.take() }?.resume()
    }
  }
}

import Threads

/// A count of what happened that can be waited for.
final class Tally: Sendable {
  private let state = Lock((count: 0, waiters: [(count: Int, UnsafeContinuation<Void, Never>)]()))

  var count: Int { state.withLock { $0.count } }

  func add(_ number: Int = 1) {
    let ready = state.withLock { state in
      state.count += number
      let count = state.count
      let ready = state.waiters.filter { $0.count <= count }
      state.waiters.removeAll { $0.count <= count }
      return ready
    }
    for waiter in ready { waiter.1.resume() }
  }

  func reaches(_ count: Int) async {
    await withUnsafeContinuation { continuation in
      let isReady = state.withLock { state in
        if state.count >= count { return true }
        state.waiters.append((count, continuation))
        return false
      }
      if isReady { continuation.resume() }
    }
  }
}

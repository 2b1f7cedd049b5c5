import Testing
import Threads

@Suite(.timeLimit(.minutes(5))) struct LockTests {
  private struct Refusal: Error, Equatable {}

  @Test func oneThreadAtATimeIsInside() throws {
    let shared = Shared()
    let threads = try (0..<4).map { _ in
      try Thread { for _ in 0..<10_000 { shared.count.withLock { $0 += 1 } } }
    }
    for thread in threads { thread.join() }
    #expect(shared.count.withLock { $0 } == 40_000)
  }

  @Test func theLockIsFreeAfterAnError() {
    let lock = Lock(1)
    #expect(throws: Refusal()) {
      try lock.withLock { (value) throws(Refusal) in
        value = 2
        throw Refusal()
      }
    }
    #expect(lock.withLock { $0 } == 2)
  }

  @Test func theValueIsReleasedWithTheLock() {
    weak var held: Object?
    do {
      let object = Object()
      held = object
      let lock = Lock<Object?>(nil)
      lock.withLock { $0 = object }
      #expect(held != nil)
    }
    #expect(held == nil)
  }

  @Test func aValueWithoutCopiesCanBeLocked() {
    struct Single: ~Copyable { var number = 1 }
    let lock = Lock(Single())
    lock.withLock { $0.number += 1 }
    #expect(lock.withLock { $0.number } == 2)
  }

  private final class Object: Sendable {}

  private final class Shared: Sendable { let count = Lock(0) }
}

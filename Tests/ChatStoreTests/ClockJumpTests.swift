import ChatCore
import Synchronization
import Testing
import Threads

@testable import ChatStore

/// A log whose clock is set while it runs or between two lives.
@Suite(.timeLimit(.minutes(5))) struct ClockJumpTests {
  private static let day: Int64 = 86_400_000
  private static let start = 20_000 * day
  private let fixture = LogFixture()
  private let clocks = Clocks(wall: start)
  private let retention = Retention(milliseconds: 30 * day)

  private final class Clocks: Sendable {
    let wall: Atomic<Int64>
    let uptime = Atomic<Int64>(0)
    /// What the log said of the clock.
    let aheadTold = Lock([Int64?]())
    let told = Tally()

    init(wall: Int64) { self.wall = Atomic(wall) }

    func goOn(days: Int64) {
      uptime.add(days * ClockJumpTests.day, ordering: .relaxed)
      wall.add(days * ClockJumpTests.day, ordering: .relaxed)
    }
    func jump(days: Int64) { wall.add(days * ClockJumpTests.day, ordering: .relaxed) }
  }

  private func open(_ retention: Retention) throws -> SQLiteEventLog {
    let clocks = self.clocks
    return try fixture.open(
      retention: retention, now: { clocks.wall.load(ordering: .relaxed) },
      uptime: { clocks.uptime.load(ordering: .relaxed) },
      clockRunsAhead: { ahead in
        clocks.aheadTold.withLock { $0.append(ahead) }
        clocks.told.add()
      })
  }

  private func say(_ text: String) async throws {
    let before = fixture.publishedCount
    try fixture.append([.message(text)])
    _ = await fixture.published(before + 1)
  }

  private func texts() throws -> [String] {
    let statement = try Database(path: fixture.path, .readOnly).prepare(
      "SELECT text FROM messages ORDER BY id")
    var texts: [String] = []
    while try statement.step() { texts.append(statement.text(0)) }
    return texts
  }

  @Test func aJumpWhileItRunsRemovesNothing() async throws {
    let log = try open(retention)
    for text in ["one", "two", "three"] { try await say(text) }
    clocks.jump(days: 400)
    await clocks.told.reaches(1)
    #expect(log.times.clockAhead == 400 * Self.day)
    // Said under the wrong clock, by a person and an agent.
    try await say("four")
    try await say("five")
    #expect(try texts() == ["one", "two", "three", "four", "five"])
    clocks.jump(days: -400)
    await clocks.told.reaches(2)
    #expect(clocks.aheadTold.withLock { $0 } == [400 * Self.day, nil])
    #expect(log.times == LogTimes(newestAhead: 400 * Self.day, clockAhead: 0))
    #expect(log.stop())
  }

  @Test func aJumpBetweenTwoLivesRemovesNothing() async throws {
    var log = try open(retention)
    for text in ["one", "two", "three"] { try await say(text) }
    #expect(log.stop())
    clocks.jump(days: 400)
    log = try open(retention)
    await clocks.told.reaches(1)
    #expect(try texts() == ["one", "two", "three"])
    #expect(log.stop())
    // Nor in the next life: what was not believed was not noted.
    log = try open(retention)
    await clocks.told.reaches(2)
    #expect(try texts() == ["one", "two", "three"])
    #expect(log.stop())
    #expect(clocks.aheadTold.withLock { $0 } == [400 * Self.day, 400 * Self.day])
  }

  /// Nobody has spoken for so long that everything is to go.
  @Test func aQuietServerGoesOnRemoving() async throws {
    let log = try open(retention)
    for text in ["one", "two", "three"] { try await say(text) }
    clocks.goOn(days: 31)
    while try !texts().isEmpty {}
    #expect(clocks.told.count == 0)
    #expect(log.stop())
  }

  /// A file of an older version, which has no note.
  @Test func withoutANoteTheLastMessageButOneTellsTheTime() async throws {
    var log = try open(Retention())
    for text in ["one", "two"] { try await say(text) }
    clocks.jump(days: 400)
    try await say("three")
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute("DELETE FROM state WHERE key = 'time'")
    log = try open(retention)
    await clocks.told.reaches(1)
    #expect(try texts() == ["one", "two", "three"])
    #expect(log.stop())
  }
}

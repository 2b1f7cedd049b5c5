import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct TimeRepairTests {
  private let fixture = LogFixture()

  private func times(_ table: String = "messages", _ column: String = "time") throws -> [Int64] {
    let statement = try Database(path: fixture.path, .readOnly).prepare(
      "SELECT \(column) FROM \(table) ORDER BY id")
    var times: [Int64] = []
    while try statement.step() { times.append(statement.int(0)) }
    return times
  }

  private func make() async throws {
    let log = try fixture.open()
    try fixture.append((0..<4).map { .message("\($0)") })
    _ = await fixture.published(4)
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute(
      """
      UPDATE messages SET time = 1000 + id;
      UPDATE messages SET time = 253402300799999 WHERE id > 2;
      UPDATE rooms SET topic = 'x', topic_author = 'alice', topic_time = 253402300799999;
      INSERT INTO refs VALUES (4, 253402300799999, x'00', NULL)
      """)
  }

  @Test func whatIsAheadGetsTheTimeOfNow() async throws {
    try await make()
    let repair = try TimeRepair(directory: fixture.directory, now: 5_000)
    #expect(repair.messages == 2 && repair.topics == 1)
    #expect(try times() == [1_001, 1_002, 5_000, 5_000])
    #expect(try times("rooms", "topic_time") == [5_000])
    #expect(try times("refs") == [5_000])
    let again = try TimeRepair(directory: fixture.directory, now: 5_000)
    #expect(again.messages == 0 && again.topics == 0)
    let log = try fixture.open(now: { 6_000 })
    #expect(log.times == LogTimes())
    try fixture.append([.message("next")])
    let next = LogFixture.messages(await fixture.published(5)).last
    #expect(next?.time.milliseconds == 6_000)
    #expect(log.stop())
  }

  /// Whoever repairs says that the clock is right.
  @Test func theClockIsBelievedAfterwards() async throws {
    try await make()
    let day: Int64 = 86_400_000
    _ = try TimeRepair(directory: fixture.directory, now: 400 * day)
    let told = Tally()
    let log = try fixture.open(
      retention: Retention(milliseconds: 30 * day), now: { 431 * day }, uptime: { 0 },
      clockRunsAhead: { _ in told.add() })
    await told.reaches(1)
    // The other two are from 1970.
    #expect(try times() == [400 * day, 400 * day])
    #expect(log.stop())
    _ = try TimeRepair(directory: fixture.directory, now: 431 * day)
    let next = try fixture.open(
      retention: Retention(milliseconds: 30 * day), now: { 431 * day }, uptime: { 0 },
      clockRunsAhead: { _ in told.add() })
    while try !times().isEmpty {}
    #expect(next.stop())
    #expect(told.count == 1)
  }

  @Test func aServerKeepsItAway() throws {
    let log = try fixture.open()
    #expect(throws: StoreError.held(directory: fixture.directory)) {
      try TimeRepair(directory: fixture.directory, now: 1_000)
    }
    #expect(log.stop())
  }

  @Test func nothingIsMadeWhereNothingIs() throws {
    #expect(throws: StoreError.directory(path: fixture.directory, reason: "No such file or directory")) {
      try TimeRepair(directory: fixture.directory, now: 1_000)
    }
    #expect(throws: StoreError.self) {
      try TimeRepair(directory: fixture.directory + "/none", now: 1_000)
    }
  }
}

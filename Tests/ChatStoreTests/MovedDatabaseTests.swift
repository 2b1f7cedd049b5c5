import ChatCore
import Glibc
import LineProtocol
import Testing

@testable import ChatStore

/// Somebody takes the database away while the server runs. SQLite would go on writing into the file that has
/// no name any more.
@Suite(.timeLimit(.minutes(5))) struct MovedDatabaseTests {
  private let fixture = LogFixture()

  private func open(isRetrying: Bool = true) throws -> SQLiteEventLog {
    try fixture.open(disk: DiskAccess(retryMilliseconds: isRetrying ? 1 : 3_600_000))
  }

  private func expectNotStored(_ event: Event, naming file: String) {
    #expect(event.failure == .notStored)
    guard case .notStored(let reason) = fixture.troublesTold.last else {
      Issue.record("\(fixture.troublesTold)")
      return
    }
    #expect(reason.contains(file))
  }

  @Test(arguments: ["", "-wal"]) func isSeenAndServedAgainWhenMovedBack(_ suffix: String) async throws {
    var log = try open()
    let file = fixture.path + suffix
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    try #require(rename(file, file + ".away") == 0)
    try fixture.append([.message("lost")])
    expectNotStored(await fixture.published(2)[1], naming: file)
    #expect(!log.isHealthy)
    #expect(try await LogFixture.texts(log) == ["before"])

    try #require(rename(file + ".away", file) == 0)
    await fixture.troubles.reaches(2)
    #expect(log.isHealthy)
    try fixture.append([.message("after")])
    #expect(await fixture.published(3)[2].isNewMessage)
    #expect(log.stop())
    log = try open()
    #expect(try await LogFixture.texts(log) == ["before", "after"])
    #expect(log.stop())
  }

  @Test(arguments: ["", "-wal"]) func aRemovedFileIsNotWrittenTo(_ suffix: String) async throws {
    let log = try open(isRetrying: false)
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    try #require(unlink(fixture.path + suffix) == 0)
    for count in 2...4 {
      try fixture.append([.message("lost")])
      expectNotStored(await fixture.published(count)[count - 1], naming: fixture.path + suffix)
    }
    // Everything is still there to be read.
    #expect(try await LogFixture.texts(log) == ["before"])
    #expect(!log.stop())
  }

  /// A copy is another file, though it has the same in it.
  @Test func aReplacedDatabaseIsNotWrittenTo() async throws {
    let log = try open()
    try fixture.append([.message("before")])
    _ = await fixture.published(1)
    let (away, copy) = (fixture.path + ".away", fixture.path + ".copy")
    try Database(path: fixture.path, .readOnly).execute("VACUUM INTO '\(copy)'")
    try #require(rename(fixture.path, away) == 0 && rename(copy, fixture.path) == 0)
    try fixture.append([.message("lost")])
    expectNotStored(await fixture.published(2)[1], naming: fixture.path)
    try #require(rename(away, fixture.path) == 0)
    await fixture.troubles.reaches(2)
    try fixture.append([.message("after")])
    #expect(await fixture.published(3)[2].isNewMessage)
    #expect(log.stop())
  }

  @Test func aMovedDirectoryIsSeen() async throws {
    let log = try open()
    let away = fixture.directory + ".away"
    try #require(rename(fixture.directory, away) == 0)
    try fixture.append([.message("lost")])
    expectNotStored(await fixture.published(1)[0], naming: fixture.path)
    try #require(rename(away, fixture.directory) == 0)
    await fixture.troubles.reaches(2)
    try fixture.append([.message("after")])
    #expect(await fixture.published(2)[1].isNewMessage)
    #expect(try await LogFixture.texts(log) == ["after"])
    #expect(log.stop())
  }
}

import ChatCore
import Glibc
import LineProtocol
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct RolledBackTests {
  private let fixture = LogFixture()

  /// A place depends on nothing that was never stored.
  @Test func aTransactionThatIsRolledBackLeavesNoTime() async throws {
    let now = Now(1_000)
    let log = try fixture.open(disk: DiskAccess(retryMilliseconds: 3_600_000), now: { now.milliseconds })
    try fixture.append([.message("one")])
    _ = await fixture.published(1)
    let away = fixture.path + ".away"
    rename(fixture.path, away)
    now.milliseconds = 500_000
    try fixture.append([.message("lost")])
    _ = await fixture.published(2)
    rename(away, fixture.path)
    now.milliseconds = 2_000
    try fixture.append([.message("two")])
    let message = LogFixture.messages([await fixture.published(3)[2]]).first
    #expect(message?.time.milliseconds == 2_000 && message?.id == 2)
    #expect(log.stop())
  }

  /// Who joins it is shown what was said, and need not wait for the next start.
  @Test func aRoomWhoseNameIsMadeAnewKnowsItsNewest() async throws {
    let log = try fixture.open()
    try fixture.append((0..<20).map { .message("text \($0)", room: Int64($0 % 2) + 1) })
    _ = await fixture.published(20)
    #expect(log.stop())
    try Database(path: fixture.path, .readWrite).execute("DELETE FROM rooms WHERE id = 2")
    let again = try fixture.open()
    #expect(again.rooms.last?.newest == 20)
    #expect(again.stop())
  }
}

import ChatCore
import Glibc
import Testing

@testable import ChatStore

/// One server writes a database, under whatever name it found it.
@Suite(.timeLimit(.minutes(5))) struct DatabaseLockTests {
  private let fixture = LogFixture()
  private let other = LogFixture()

  private func refusal(_ directory: String) -> StoreError? {
    do {
      _ = try Store(directory: directory, durability: .full, DiskAccess())
      return nil
    } catch {
      return error
    }
  }

  @Test func aDatabaseIsHeldWithoutItsLockFile() throws {
    let log = try fixture.open()
    try #require(unlink(fixture.directory + "/linechat.lock") == 0)
    #expect(refusal(fixture.directory) == .inUse(path: fixture.path))
    #expect(log.stop())
    #expect(refusal(fixture.directory) == nil)
  }

  @Test func aDatabaseIsHeldUnderAnotherName() throws {
    let log = try fixture.open()
    try #require(link(fixture.path, other.path) == 0)
    #expect(refusal(other.directory) == .inUse(path: other.path))
    #expect(log.stop())
  }

  @Test func aLinkIsRefused() throws {
    #expect(try fixture.open().stop())
    try #require(symlink(fixture.path, other.path) == 0)
    #expect(refusal(other.directory) == .link(path: other.path))
  }

  @Test func whatIsNoFileIsRefused() throws {
    try #require(mkfifo(fixture.path, 0o644) == 0)
    #expect(refusal(fixture.directory) == .unusable(path: fixture.path, reason: "it is not a file"))
  }
}

import ChatCore
import Glibc
import LineProtocol
import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct StoreTests {
  private let fixture = LogFixture()
  private var path: String { fixture.directory + "/linechat.db" }

  private func error() -> StoreError? {
    do {
      _ = try fixture.open().stop()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  @Test func aDirectoryIsHeldByOneServer() throws {
    let log = try fixture.open()
    #expect(error() == .held(directory: fixture.directory))
    #expect(log.stop())
  }

  @Test func aNewerDatabaseIsRefused() throws {
    _ = try fixture.open().stop()
    try Database(path: path, .readWrite).execute("PRAGMA user_version = 99")
    #expect(error() == .newer(path: path, found: 99, known: Schema.version))
  }

  @Test func anotherProgramsDatabaseIsRefused() throws {
    try Database(path: path, .readWrite).execute("CREATE TABLE other (x)")
    #expect(error() == .foreign(path: path))
  }

  @Test func garbageIsRefused() throws {
    let file = open(path, O_CREAT | O_WRONLY, 0o644)
    let garbage = [UInt8](repeating: 0x55, count: 8_192)
    #expect(write(file, garbage, garbage.count) == garbage.count)
    close(file)
    guard case .damaged = error() else {
      Issue.record("\(String(describing: error()))")
      return
    }
  }

  @Test func aDamagedPageIsRefused() async throws {
    let log = try fixture.open()
    try fixture.append((0..<2_000).map { .message("text \($0)") })
    _ = await fixture.published(2_000)
    #expect(log.stop())
    let file = open(path, O_WRONLY)
    #expect(pwrite(file, [UInt8](repeating: 0xFF, count: 4_096), 4_096, 10 * 4_096) == 4_096)
    close(file)
    guard case .damaged = error() else {
      Issue.record("\(String(describing: error()))")
      return
    }
  }

  @Test func aCutFileIsRefused() async throws {
    let log = try fixture.open()
    try fixture.append((0..<2_000).map { .message("text \($0)") })
    _ = await fixture.published(2_000)
    #expect(log.stop())
    #expect(truncate(path, 5 * 4_096) == 0)
    guard case .damaged = error() else {
      Issue.record("\(String(describing: error()))")
      return
    }
  }

  @Test func aFileInPlaceOfTheDirectoryIsRefused() throws {
    close(open(path, O_CREAT | O_WRONLY, 0o644))
    #expect(throws: StoreError.self) {
      try SQLiteEventLog(directory: path + "/below", durability: .full) { 0 }
    }
  }
}

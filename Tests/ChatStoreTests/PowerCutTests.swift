import ChatCore
import Glibc
import LineProtocol
import Testing

@testable import ChatStore

/// The power goes at any moment, and the disk has lost what was not synced: the next start is on what is
/// left.
@Suite(.timeLimit(.minutes(5))) struct PowerCutTests {
  /// The same sequence in each run.
  private struct Generator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: Int) { state = UInt64(seed) }
    mutating func next() -> UInt64 {
      // SplitMix64, https://prng.di.unimi.it/splitmix64.c
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static let cutsPerLife = 24

  @Test(arguments: [Durability.full, .normal], 1...3)
  func noIDIsGivenTwice(_ durability: Durability, seed: Int) async throws {
    var generator = Generator(seed: seed)
    var contents: DiskRecord.Contents = [:]
    var told: MessageID = 0
    // Each life begins on what the last one left, so that a jump of ids can be lost too.
    for life in 1...3 {
      let record = try await live(on: contents, durability)
      for cut in 0..<Self.cutsPerLife {
        let count = Int.random(in: record.firstAcknowledgement...record.steps.count, using: &generator)
        let unsynced = DiskRecord.Unsynced.allCases[cut % 3]
        let disk = record.disk(after: count, unsynced, using: &generator)
        let acknowledged = max(told, record.acknowledged(within: count))
        let kept = durability == .full ? acknowledged : record.acknowledgedAndSynced(within: count)
        try expect(disk, lastID: acknowledged, kept: kept, "seed \(seed), life \(life), \(count) \(unsynced)")
      }
      let end = record.steps.count
      contents = record.disk(after: end, .allLost, using: &generator)
      told = max(told, record.acknowledged(within: end))
    }
  }

  /// A server that stores some messages, one commit each, and is cut off.
  private func live(
    on contents: DiskRecord.Contents, _ durability: Durability
  ) async throws -> DiskRecord {
    let fixture = LogFixture()
    try Self.write(contents, fixture)
    let disk = try FaultyDisk()
    disk.record(from: contents)
    let log = try fixture.open(durability, disk: DiskAccess(vfs: disk.name, syncMilliseconds: 10))
    for count in 1...30 {
      try fixture.append([.message("text \(count)")])
      let event = try #require(await fixture.published(count).last)
      disk.acknowledged(try #require(LogFixture.messages([event]).first).id)
    }
    let record = disk.endRecord()
    #expect(log.stop())
    return record
  }

  private func expect(
    _ disk: DiskRecord.Contents, lastID: MessageID, kept: MessageID, _ comment: Comment
  ) throws {
    let fixture = LogFixture()
    try Self.write(disk, fixture)
    let store = try Store(directory: fixture.directory, durability: .full, DiskAccess())
    #expect(store.lastID >= lastID, comment)
    let last = MessageID(try store.writer.number("SELECT max(id) FROM messages") ?? 0)
    #expect(last >= kept, comment)
  }

  private static func write(_ contents: DiskRecord.Contents, _ fixture: LogFixture) throws {
    for (file, bytes) in contents where !bytes.isEmpty {
      let path = fixture.path + (file == .wal ? "-wal" : "")
      let descriptor = open(path, O_CREAT | O_WRONLY, 0o644)
      defer { close(descriptor) }
      try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }
  }
}

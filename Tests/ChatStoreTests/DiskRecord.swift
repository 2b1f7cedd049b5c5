import LineProtocol
import Threads

@testable import ChatStore

/// What was done to the database and its WAL, in order, and the disks that a loss of power could leave of it.
///
/// What was written before the last sync of a file is there. Of what came after, each sector may be there or
/// not: a disk writes in any order.
struct DiskRecord: Sendable {
  enum Step: Sendable {
    case write(FaultyDisk.File, [UInt8], at: Int)
    case truncate(FaultyDisk.File, to: Int)
    case sync(FaultyDisk.File)
    /// Somebody was told of this id.
    case acknowledge(MessageID)
  }

  typealias Contents = [FaultyDisk.File: [UInt8]]

  /// What becomes of writes that are not synced.
  enum Unsynced: CaseIterable { case allLost, someLost, lastLost }

  private static let sector = 512

  /// What was there before.
  let start: Contents
  private(set) var steps: [Step] = []

  init(start: Contents) { self.start = start }

  mutating func append(_ step: Step) { steps.append(step) }

  /// How many steps it took until somebody was told of an id. Before that there is nothing to lose.
  var firstAcknowledgement: Int {
    steps.firstIndex { if case .acknowledge = $0 { true } else { false } }.map { $0 + 1 } ?? steps.count
  }

  /// The greatest id that somebody was told in the first `count` steps.
  func acknowledged(within count: Int) -> MessageID {
    steps[..<count].reduce(0) { if case .acknowledge(let id) = $1 { max($0, id) } else { $0 } }
  }

  /// The same, before the last sync of the WAL.
  func acknowledgedAndSynced(within count: Int) -> MessageID {
    acknowledged(within: lastSync(of: .wal, within: count))
  }

  /// The disk after the first `count` steps.
  func disk(
    after count: Int, _ unsynced: Unsynced, using generator: inout some RandomNumberGenerator
  ) -> Contents {
    var contents = start
    for file in [FaultyDisk.File.database, .wal] {
      let synced = lastSync(of: file, within: count)
      var bytes = contents[file] ?? []
      for step in steps[..<synced] { Self.apply(step, of: file, to: &bytes) }
      let rest = steps[synced..<count]
      switch unsynced {
      case .allLost: break
      case .lastLost:
        for step in rest.prefix(Int.random(in: 0...rest.count, using: &generator)) {
          Self.apply(step, of: file, to: &bytes)
        }
      case .someLost:
        for step in rest { Self.apply(step, of: file, to: &bytes) { Bool.random(using: &generator) } }
      }
      contents[file] = bytes
    }
    return contents
  }

  private func lastSync(of file: FaultyDisk.File, within count: Int) -> Int {
    let last = steps[..<count].lastIndex { if case .sync(file) = $0 { true } else { false } }
    return last.map { $0 + 1 } ?? 0
  }

  private static func apply(
    _ step: Step, of file: FaultyDisk.File, to bytes: inout [UInt8], isKept: () -> Bool = { true }
  ) {
    switch step {
    case .write(file, let written, let offset):
      for start in stride(from: 0, to: written.count, by: sector) where isKept() {
        let end = min(start + sector, written.count)
        if bytes.count < offset + end {
          bytes += [UInt8](repeating: 0, count: offset + end - bytes.count)
        }
        bytes.replaceSubrange(offset + start..<offset + end, with: written[start..<end])
      }
    case .truncate(file, let size):
      if isKept() {
        bytes =
          bytes.count > size
          ? Array(bytes[..<size]) : bytes + [UInt8](repeating: 0, count: size - bytes.count)
      }
    default: break
    }
  }
}

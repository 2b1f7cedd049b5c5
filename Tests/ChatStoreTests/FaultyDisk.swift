import CSQLite
import Glibc
import LineProtocol
import Synchronization
import Threads

@testable import ChatStore

/// A disk that fails or stalls on command: SQLite's own VFS, wrapped (https://www.sqlite.org/vfs.html).
///
/// `@unchecked Sendable`: `system` and `vfs` are not changed after `init`. Open files hold the disk, so it
/// outlives them.
final class FaultyDisk: @unchecked Sendable {
  enum Operation: Hashable { case read, write, sync }
  enum File: Hashable, Sendable { case database, wal, other }

  private struct State {
    var faults: [Operation: (code: Int32, on: Set<File>)] = [:]
    var gates: [Operation: WorkQueue<Void>] = [:]
    var record: DiskRecord?
  }

  private static let count = Atomic(0)

  /// What the VFS is called.
  let name: String
  /// Operations that were made to fail.
  let failures = Tally()
  /// Syncs of the WAL that succeeded.
  let walSyncs = Tally()
  /// Operations that were held.
  let stalls = Tally()
  /// Locks that somebody else had.
  let refusedLocks = Tally()
  let system: UnsafeMutablePointer<sqlite3_vfs>
  private let vfs: UnsafeMutablePointer<sqlite3_vfs>
  private let state = Lock(State())

  init() throws {
    name = "faulty-\(Self.count.add(1, ordering: .relaxed).newValue)"
    guard let system = sqlite3_vfs_find(nil) else {
      throw SQLError(code: SQLITE_NOTFOUND, message: "no default VFS", statement: "sqlite3_vfs_find")
    }
    self.system = system
    vfs = .allocate(capacity: 1)
    vfs.initialize(to: system.pointee)
    vfs.pointee.pNext = nil
    vfs.pointee.zName = UnsafePointer(strdup(name))
    vfs.pointee.szOsFile = FaultyFile.size(around: system)
    vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
    vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
      guard let vfs, let file, let context = vfs.pointee.pAppData else { return SQLITE_MISUSE }
      let disk = Unmanaged<FaultyDisk>.fromOpaque(context).takeUnretainedValue()
      return FaultyFile.open(file, name, flags, outFlags, on: disk)
    }
    sqlite3_vfs_register(vfs, 0)
  }

  deinit {
    sqlite3_vfs_unregister(vfs)
    free(UnsafeMutableRawPointer(mutating: vfs.pointee.zName))
    vfs.deallocate()
  }

  /// Makes an operation fail from now on, with a result code of SQLite.
  func fail(_ operation: Operation, _ code: Int32, on files: Set<File> = [.database, .wal]) {
    state.withLock { $0.faults[operation] = (code, files) }
  }

  /// Lets everything succeed from now on.
  func heal() { state.withLock { $0.faults = [:] } }

  /// Lets an operation wait until ``goOn()``.
  func stall(_ operation: Operation = .sync) { state.withLock { $0.gates[operation] = WorkQueue() } }

  func goOn() {
    state.withLock { state in
      for gate in state.gates.values { gate.close() }
      state.gates = [:]
    }
  }

  /// Begins to write down what is done to the files, which have `start` in them.
  func record(from start: DiskRecord.Contents) { state.withLock { $0.record = DiskRecord(start: start) } }

  func acknowledged(_ id: MessageID) { done(.acknowledge(id)) }

  /// Ends the record, in which is what was done up to now.
  func endRecord() -> DiskRecord { state.withLock { $0.record.take() ?? DiskRecord(start: [:]) } }

  /// Learns what was done to a file.
  func done(_ step: @autoclosure () -> DiskRecord.Step) {
    state.withLock { $0.record?.append(step()) }
  }

  /// What an operation on a file comes to: nil when it is to be done.
  func meet(_ operation: Operation, _ file: File) -> Int32? {
    if let gate = state.withLock({ $0.gates[operation] }) {
      stalls.add()
      _ = gate.take()
    }
    guard let fault = state.withLock({ $0.faults[operation] }), fault.on.contains(file) else { return nil }
    failures.add()
    return fault.code
  }
}

import CSQLite

/// A file on a ``FaultyDisk``: what SQLite sees stands before the file of the system's VFS, in one piece of
/// memory that SQLite owns.
struct FaultyFile {
  private var base: sqlite3_file
  private let disk: Unmanaged<FaultyDisk>
  private let kind: FaultyDisk.File

  private static let systemOffset = (MemoryLayout<FaultyFile>.size + 15) & ~15
  nonisolated(unsafe) private static let methods = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: table)
    return methods
  }()

  static func size(around system: UnsafeMutablePointer<sqlite3_vfs>) -> Int32 {
    Int32(systemOffset) + system.pointee.szOsFile
  }

  static func open(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ name: UnsafePointer<CChar>?, _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?, on disk: FaultyDisk
  ) -> Int32 {
    let below = system(file)
    let code = disk.system.pointee.xOpen(disk.system, name, below, flags, outFlags)
    if code != SQLITE_OK {
      // SQLite closes a file that has methods, also one that could not be opened.
      if below.pointee.pMethods != nil { _ = below.pointee.pMethods.pointee.xClose(below) }
      file.pointee.pMethods = nil
      return code
    }
    let kind: FaultyDisk.File =
      flags & SQLITE_OPEN_MAIN_DB != 0 ? .database : flags & SQLITE_OPEN_WAL != 0 ? .wal : .other
    UnsafeMutableRawPointer(file).initializeMemory(
      as: FaultyFile.self,
      to: FaultyFile(
        base: sqlite3_file(pMethods: UnsafePointer(methods)), disk: .passRetained(disk), kind: kind))
    return SQLITE_OK
  }

  private static func system(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file>
  {
    (UnsafeMutableRawPointer(file) + systemOffset).assumingMemoryBound(to: sqlite3_file.self)
  }

  private static func disk(of file: UnsafeMutablePointer<sqlite3_file>) -> FaultyDisk {
    UnsafeRawPointer(file).assumingMemoryBound(to: FaultyFile.self).pointee.disk.takeUnretainedValue()
  }

  /// Tells the disk what was done to a file, if it was.
  private static func done(
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ code: Int32, _ step: (FaultyDisk.File) -> DiskRecord.Step
  ) -> Int32 {
    guard let file, code == SQLITE_OK else { return code }
    let kind = UnsafeRawPointer(file).assumingMemoryBound(to: FaultyFile.self).pointee.kind
    let step = step(kind)
    disk(of: file).done(step)
    if case .sync(.wal) = step { disk(of: file).walSyncs.add() }
    return code
  }

  /// Lets the file below do something, unless the disk is to fail at it.
  private static func pass(
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ operation: FaultyDisk.Operation? = nil,
    _ body: (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) -> Int32
  ) -> Int32 {
    guard let file else { return SQLITE_MISUSE }
    if let operation {
      let kind = UnsafeRawPointer(file).assumingMemoryBound(to: FaultyFile.self).pointee.kind
      if let code = disk(of: file).meet(operation, kind) { return code }
    }
    let below = system(file)
    return body(below, below.pointee.pMethods.pointee)
  }

  /// Version 2 has all that a WAL needs, and no mapping of the database into memory, which reads and writes
  /// would pass by.
  private static let table = sqlite3_io_methods(
    iVersion: 2,
    xClose: { file in
      guard let file else { return SQLITE_MISUSE }
      let disk = Unmanaged.passUnretained(disk(of: file))
      let code = pass(file) { $1.xClose($0) }
      disk.release()
      return code
    },
    xRead: { file, bytes, count, offset in pass(file, .read) { $1.xRead($0, bytes, count, offset) } },
    xWrite: { file, bytes, count, offset in
      let code = pass(file, .write) { $1.xWrite($0, bytes, count, offset) }
      let written = UnsafeRawBufferPointer(start: bytes, count: Int(count))
      return done(file, code) { .write($0, Array(written), at: Int(offset)) }
    },
    xTruncate: { file, size in
      done(file, pass(file) { $1.xTruncate($0, size) }) { .truncate($0, to: Int(size)) }
    },
    xSync: { file, flags in done(file, pass(file, .sync) { $1.xSync($0, flags) }) { .sync($0) } },
    xFileSize: { file, size in pass(file) { $1.xFileSize($0, size) } },
    xLock: { file, level in pass(file) { $1.xLock($0, level) } },
    xUnlock: { file, level in pass(file) { $1.xUnlock($0, level) } },
    xCheckReservedLock: { file, result in pass(file) { $1.xCheckReservedLock($0, result) } },
    xFileControl: { file, operation, argument in pass(file) { $1.xFileControl($0, operation, argument) } },
    xSectorSize: { file in pass(file) { $1.xSectorSize($0) } },
    xDeviceCharacteristics: { file in pass(file) { $1.xDeviceCharacteristics($0) } },
    xShmMap: { file, region, size, extend, memory in
      pass(file) { $1.xShmMap($0, region, size, extend, memory) }
    },
    xShmLock: { file, offset, count, flags in
      let code = pass(file) { $1.xShmLock($0, offset, count, flags) }
      if let file, code == SQLITE_BUSY { disk(of: file).refusedLocks.add() }
      return code
    },
    xShmBarrier: { file in
      _ = pass(file) {
        $1.xShmBarrier($0)
        return SQLITE_OK
      }
    },
    xShmUnmap: { file, delete in pass(file) { $1.xShmUnmap($0, delete) } },
    xFetch: nil, xUnfetch: nil)
}

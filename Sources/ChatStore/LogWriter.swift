import ChatCore
import LineProtocol

/// Writes entries: one transaction for whatever has come together. Confined to the log's thread.
///
/// A transaction begins with its first entry, so a batch without entries touches no disk.
final class LogWriter {
  /// Rows that wait to be indexed before a step is worth its transaction.
  static let indexStep = 4096

  /// How often the time is noted: much less than what a clock may be wrong by.
  private static let noteMilliseconds: Int64 = 3_600_000

  private let database: Database
  private let files: DatabaseFiles
  private let tail: Tail
  private let clocks: LogClocks
  private var ageClock: AgeClock
  /// The uptime at which the time was noted last; nil: not yet.
  private var noted: Int64?
  private let begin: Statement
  private let commit: Statement
  private let setState: Statement
  private let tables: EntryTables
  private let references: References
  private var unsaved: StoredState?
  /// nil: each commit is synced.
  let sync: WALSync?
  private(set) var lastID: MessageID
  /// The time of the newest entry. Times rise with ids, also across a restart with a clock that was set back.
  private(set) var lastTime: Timestamp
  /// Rooms that have a row.
  private var onDisk: Set<RoomID>
  /// What the transaction in progress has written.
  private var written: [Tail.Entry] = []
  private var newRooms: [RoomID] = []
  private var hasBegun = false

  init(_ store: Store, _ clocks: LogClocks) throws(SQLError) {
    database = store.writer
    files = store.files
    tail = store.tail
    sync = store.sync
    unsaved = store.unsaved
    self.clocks = clocks
    ageClock = try AgeClock(database, clocks)
    lastID = store.lastID
    onDisk = store.roomsOnDisk
    begin = try database.prepare("BEGIN IMMEDIATE")
    commit = try database.prepare("COMMIT")
    setState = try database.prepare("INSERT OR REPLACE INTO state VALUES (?1, ?2)")
    tables = try EntryTables(database)
    references = try References(database)
    let newest = try database.number("SELECT time FROM messages ORDER BY id DESC LIMIT 1") ?? 0
    lastTime = Timestamp(milliseconds: max(0, newest))
  }

  // MARK: Transactions

  /// What one transaction came to.
  struct Committed {
    /// The last id on disk.
    let lastID: MessageID
    /// Entries; 0: nothing was written, and nothing was done.
    let entries: Int
  }

  /// Runs `body`, and commits what it has written. `committed` is called before history shows it.
  func transaction(
    _ body: () throws(LogError) -> Void, committed: (Committed) -> Void
  ) throws(LogError) {
    let (firstID, firstTime) = (lastID, lastTime)
    do throws(LogError) {
      try body()
      if !hasBegun { return }
      let isIndexing = tail.count >= Self.indexStep
      let isNoting = isNoteDue
      try end { () throws(SQLError) in
        try references.purgeIfDue(at: Place(id: lastID.next, time: lastTime))
        setState.bind(1, "last_id")
        setState.bind(2, lastID)
        try setState.run()
        if isIndexing { try indexTail() }
        if isNoting { try noteTime() }
      }
      if isIndexing { tail.markIndexed() }
      if isNoting { noted = clocks.uptime() }
      // Who has read a message may at once name its id.
      committed(Committed(lastID: lastID, entries: written.count))
      tail.append(written)
      forgetWritten()
    } catch {
      let failure = rollBack(after: error)
      // Ids of a transaction that is known to be rolled back are given again, and its time is forgotten; those
      // of an unknown outcome are not.
      if case .notStored = failure { (lastID, lastTime) = (firstID, firstTime) }
      onDisk.subtract(newRooms)
      forgetWritten()
      throw failure
    }
  }

  private func forgetWritten() {
    hasBegun = false
    written.removeAll(keepingCapacity: true)
    newRooms.removeAll(keepingCapacity: true)
  }

  private func start() throws(SQLError) {
    try saveState()
    try begin.run()
    hasBegun = true
  }

  /// Does what belongs to the transaction besides its entries, and commits it.
  private func end(_ body: () throws(SQLError) -> Void) throws(LogError) {
    do throws(SQLError) {
      try body()
      try files.check()
    } catch {
      throw .notStored(reason: error.description)
    }
    do throws(SQLError) {
      try commit.run()
      sync?.committed()
    } catch {
      throw .outcomeUnknown(reason: error.description)
    }
  }

  /// What is known of a transaction that failed. A failed COMMIT may leave it open; rolling it back then
  /// makes the outcome known.
  private func rollBack(after error: LogError) -> LogError {
    if !database.isInTransaction { return error }
    do throws(SQLError) {
      try database.execute("ROLLBACK")
    } catch {
      return .outcomeUnknown(reason: error.description)
    }
    switch error {
    case .outcomeUnknown(let reason), .notStored(let reason), .unreadable(let reason):
      return .notStored(reason: reason)
    case .stopping: return error
    }
  }

  /// A transaction of the log's own work. nil when it is committed.
  private func work(_ body: () throws(SQLError) -> Void) -> LogError? {
    do throws(LogError) {
      do throws(SQLError) { try start() } catch { throw .notStored(reason: error.description) }
      try end(body)
      hasBegun = false
      return nil
    } catch {
      hasBegun = false
      return rollBack(after: error)
    }
  }

  private func saveState() throws(SQLError) {
    guard let state = unsaved else { return }
    try files.check()
    try state.save(database)
    unsaved = nil
    sync?.committed()
  }

  // MARK: Entries

  /// How a reference was used before. To be called in a transaction, which this does not begin.
  func use(
    of reference: MessageReference, by user: Nick, for said: Utterance, at place: Place
  ) throws(LogError) -> ReferenceUse {
    do throws(SQLError) {
      return try references.use(of: reference, by: user, for: said, at: place)
    } catch {
      throw .notStored(reason: error.description)
    }
  }

  /// Writes an event that is an entry. To be called in a transaction.
  func write(_ event: Event) throws(LogError) {
    do throws(SQLError) {
      switch event.kind {
      case .message(let message, in: let room, let reference, _):
        try prepare(room, message.room)
        try tables.insert(message, in: room)
        if let reference { try references.remember(reference, message) }
        note(Tail.Entry(room: room.number, id: message.id), message.time)
      case .topic(let change):
        try prepare(change.room, change.name.text)
        try tables.insert(change.topic, id: change.id, in: change.room)
        note(Tail.Entry(room: change.room.number, id: change.id, isMessage: false), change.topic.time)
      case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: break
      }
    } catch {
      throw .notStored(reason: error.description)
    }
  }

  private func note(_ entry: Tail.Entry, _ time: Timestamp) {
    precondition(entry.id > lastID && time >= lastTime, "a place is behind all entries before")
    lastID = entry.id
    lastTime = time
    written.append(entry)
  }

  private func prepare(_ room: RoomID, _ name: String) throws(SQLError) {
    if !hasBegun { try start() }
    if onDisk.contains(room) { return }
    try tables.insert(room, named: name)
    onDisk.insert(room)
    newRooms.append(room)
  }

  // MARK: The log's own work

  /// Indexes the tail, however short it is. Trimming takes away only what is indexed.
  func indexNow() {
    if tail.count == 0 { return }
    if work({ () throws(SQLError) in try indexTail() }) == nil { tail.markIndexed() }
  }

  /// The time to age messages by, and by how much the clock is ahead of it if it is not believed.
  func age() -> (now: Int64, ahead: Int64) {
    let now = ageClock.read(wall: clocks.wall(), uptime: clocks.uptime())
    return (now, ageClock.ahead)
  }

  /// Notes which time the server has come to, for the next one, when that was last done an hour ago.
  func noteTimeIfDue() {
    if isNoteDue, work({ () throws(SQLError) in try noteTime() }) == nil { noted = clocks.uptime() }
  }

  private var isNoteDue: Bool { noted.map { clocks.uptime() - $0 >= Self.noteMilliseconds } ?? true }

  private func noteTime() throws(SQLError) {
    _ = age()
    try database.execute(AgeClock.note(ageClock.reached(uptime: clocks.uptime())))
  }

  /// Leaves the file as the next start likes it best: indexed, and known to be whole. If that fails, the next
  /// start does it.
  func finish() {
    try? sync?.syncEachCommit()
    let failure = work { () throws(SQLError) in
      if tail.count > 0 { try indexTail() }
      try noteTime()
      // In the WAL this mark comes after every message: wherever it is on disk, so are they.
      try database.execute("UPDATE state SET value = 0 WHERE key = 'unsynced' AND value <> 0")
    }
    if failure == nil { tail.markIndexed() }
    try? database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  /// Writes something that is there already, to learn whether anything can be stored. nil if it can.
  func probe() -> LogError? {
    work { () throws(SQLError) in
      // An UPDATE that changes nothing would write nothing.
      try database.execute("DELETE FROM state WHERE key = 'last_id'")
      try database.execute("INSERT INTO state VALUES ('last_id', \(lastID))")
    }
  }

  private func indexTail() throws(SQLError) {
    for entry in tail.sorted() { try tables.index(entry) }
    setState.bind(1, "indexed_to")
    setState.bind(2, tail.lastID)
    try setState.run()
  }
}

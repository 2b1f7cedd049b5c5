import ChatCore
import LineProtocol

/// Stores events: one transaction for whatever has come together. Confined to the writer thread.
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
  private(set) var lastID: Int64
  /// The time of the newest entry.
  private(set) var lastTime: Int64 = 0
  private var rooms: [RoomID: RoomState]
  private var onDisk: Set<RoomID>

  init(_ store: Store, _ clocks: LogClocks) throws(SQLError) {
    database = store.writer
    files = store.files
    tail = store.tail
    sync = store.sync
    unsaved = store.unsaved
    self.clocks = clocks
    ageClock = try AgeClock(database, clocks)
    lastID = store.lastID
    rooms = store.states
    onDisk = Set(rooms.keys)
    begin = try database.prepare("BEGIN IMMEDIATE")
    commit = try database.prepare("COMMIT")
    setState = try database.prepare("INSERT OR REPLACE INTO state VALUES (?1, ?2)")
    tables = try EntryTables(database)
    references = try References(database)
    // Times rise with ids, also across a restart with a clock that was set back.
    let newest = try database.number("SELECT time FROM messages ORDER BY id DESC LIMIT 1") ?? 0
    lastTime = max(0, Timestamp(milliseconds: newest).milliseconds)
  }

  /// Stores what is to be stored, and completes all events: ids and times, states of rooms, failures. `committed` is told the last
  /// id before history shows what was stored.
  func write(_ events: inout [Event], committed: (Int64) -> Void) {
    let firstID = lastID
    var newRooms: [RoomID] = []
    if events.contains(where: \.isStored) {
      let isIndexing = tail.count >= Self.indexStep
      let isNoting = isNoteDue
      let failure = transaction { () throws(SQLError) in
        try insert(&events, &newRooms)
        if isIndexing { try indexTail() }
        if isNoting { try noteTime() }
      }
      if let failure {
        fail(&events, failure, firstID: firstID)
        onDisk.subtract(newRooms)
      } else {
        if isIndexing { tail.markIndexed() }
        if isNoting { noted = clocks.uptime() }
        // Who has read a message may at once name its id.
        committed(lastID)
        tail.append(events)
      }
    }
    complete(&events)
  }

  /// Indexes the tail, however short it is. Trimming takes away only what is indexed.
  func indexNow() {
    if tail.count == 0 { return }
    if transaction({ () throws(SQLError) in try indexTail() }) == nil { tail.markIndexed() }
  }

  /// Learns what was trimmed.
  func trimmed(_ rooms: [RoomID: Int64]) {
    for (room, id) in rooms { self.rooms[room]?.trimmedTo = id }
  }

  /// The time to age messages by, and by how much the clock is ahead of it if it is not believed.
  func age() -> (now: Int64, doubt: Int64) {
    let now = ageClock.read(wall: clocks.wall(), uptime: clocks.uptime())
    return (now, ageClock.doubt)
  }

  /// Notes which time the server has come to, for the next one, when that was last done an hour ago.
  func noteTimeIfDue() {
    if isNoteDue, transaction({ () throws(SQLError) in try noteTime() }) == nil { noted = clocks.uptime() }
  }

  private var isNoteDue: Bool { noted.map { clocks.uptime() - $0 >= Self.noteMilliseconds } ?? true }

  private func noteTime() throws(SQLError) {
    _ = age()
    try database.execute(AgeClock.note(ageClock.reached(uptime: clocks.uptime())))
  }

  /// Leaves the file as the next start likes it best: indexed, and known to be whole. If that fails, the next start does it.
  func finish() {
    try? sync?.syncEachCommit()
    let failure = transaction { () throws(SQLError) in
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
    transaction { () throws(SQLError) in
      // An UPDATE that changes nothing would write nothing.
      try database.execute("DELETE FROM state WHERE key = 'last_id'")
      try database.execute("INSERT INTO state VALUES ('last_id', \(lastID))")
    }
  }

  /// nil when everything is committed.
  private func transaction(_ body: () throws(SQLError) -> Void) -> LogError? {
    var isCommitting = false
    do throws(SQLError) {
      try saveState()
      try begin.run()
      try body()
      try files.check()
      isCommitting = true
      try commit.run()
      sync?.committed()
      return nil
    } catch {
      // A failed COMMIT may leave the transaction open; rolling it back then makes the outcome known.
      if database.isInTransaction {
        do throws(SQLError) {
          try database.execute("ROLLBACK")
          isCommitting = false
        } catch {
          return .outcomeUnknown(reason: error.description)
        }
      }
      return isCommitting
        ? .outcomeUnknown(reason: error.description) : .notStored(reason: error.description)
    }
  }

  private func saveState() throws(SQLError) {
    guard let state = unsaved else { return }
    try files.check()
    try state.save(database)
    unsaved = nil
    sync?.committed()
  }

  private func insert(_ events: inout [Event], _ newRooms: inout [RoomID]) throws(SQLError) {
    let time = Timestamp(milliseconds: max(lastTime, clocks.wall()))
    for index in events.indices {
      switch events[index].change {
      case .message(let room, var message):
        if let reference = events[index].reference {
          switch try references.earlier(reference, message, at: Place(id: lastID + 1, time: time)) {
          case .none: break
          case .same(let id, let time):
            message.id = id
            message.time = time
            events[index].change = .message(room, message)
            events[index].isRepeat = true
            continue
          case .different:
            events[index].failure = .referenceUsed(reference.text)
            continue
          }
        }
        try ensureRoom(room, message.room, &newRooms)
        lastID += 1
        message.id = lastID
        message.time = time
        try tables.insert(message, in: room)
        if let reference = events[index].reference { try references.remember(reference, message) }
        events[index].change = .message(room, message)
      case .topic(let room, var topic, let name, _):
        try ensureRoom(room, name.text, &newRooms)
        topic.time = time
        lastID += 1
        try tables.insert(topic, id: lastID, in: room)
        events[index].change = .topic(room, topic, room: name, id: lastID)
      default: break
      }
    }
    try references.purgeIfDue(at: Place(id: lastID + 1, time: time))
    setState.bind(1, "last_id")
    setState.bind(2, lastID)
    try setState.run()
    lastTime = time.milliseconds
  }

  private func ensureRoom(_ room: RoomID, _ name: String, _ newRooms: inout [RoomID]) throws(SQLError) {
    if onDisk.contains(room) { return }
    try tables.insert(room, named: name)
    onDisk.insert(room)
    newRooms.append(room)
  }

  private func indexTail() throws(SQLError) {
    for entry in tail.sorted() { try tables.index(entry) }
    setState.bind(1, "indexed_to")
    setState.bind(2, tail.lastID)
    try setState.run()
  }

  /// Ids of a transaction that is known to be rolled back are given again; those of an unknown outcome are not.
  private func fail(_ events: inout [Event], _ failure: LogError, firstID: Int64) {
    if case .notStored = failure { lastID = firstID }
    for index in events.indices where events[index].isStored { events[index].failure = failure }
  }

  private func complete(_ events: inout [Event]) {
    for index in events.indices where events[index].failure == nil {
      switch events[index].change {
      case .message(let room, let message) where !events[index].isRepeat:
        rooms[room, default: RoomState()].newest = message.id
      case .topic(let room, _, _, let id): rooms[room, default: RoomState()].newest = id
      case .joined(let room, _, let name, let nick, let after, let isAnnounced):
        let state = rooms[room] ?? RoomState()
        events[index].change = .joined(
          room, state, room: name, nick: nick, after: after, isAnnounced: isAnnounced)
      default: break
      }
    }
  }
}

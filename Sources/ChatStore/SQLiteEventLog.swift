public import ChatCore
import Glibc
import Synchronization
import Threads

/// The event log in one SQLite file: a thread that writes, one that reads history, one that checkpoints.
///
/// Group commit needs no timer: while one transaction is on its way to the disk, what arrives waits and makes the next
/// one. A lone message is committed at once, a flood in batches as large as the disk is slow.
public final class SQLiteEventLog: EventLog {
  /// Bytes that may wait for the writer before senders are slowed down.
  public static let queueLimit = 32 << 20
  /// A commit, or a read, that takes longer than this many milliseconds is a stall.
  public static let stallMilliseconds: Int64 = 5_000
  /// Events and bytes of one transaction, so that its delivery is one bounded step too.
  static let batchEvents = 4_096
  static let batchBytes = 1 << 20

  public let metrics = LogMetrics()
  private let queue = WorkQueue<Event>()
  private let reads = WorkQueue<Read>()
  private let checkpointer: Checkpointer
  private let shared: Shared
  private let directory: String
  private let lock: DirectoryLock
  private let disk: DiskAccess
  /// Why nothing can be stored for now; history is served all the same.
  private let startFailure: LogError?
  private let clocks: LogClocks
  private let threadState: Lock<ThreadState?>
  private let threads = Lock<[Thread]>([])

  /// The rooms found on disk at start.
  public let rooms: [StoredRoom]
  /// The greatest number of a room on disk, also of one that cannot be shown.
  public let lastRoom: Int64
  /// What was not as it should be in the file, and what was done about it, one sentence each.
  public let repairs: [String]

  /// What other threads may look at.
  private final class Shared: Sendable {
    let queuedBytes = Atomic(0)
    let lastID: Atomic<Int64>
    let hasFailed = Atomic(false)
    /// When the commit in progress began; 0 when there is none.
    let commitBegan = Atomic<Int64>(0)
    /// The uptime when the read in progress began; 0 when there is none.
    let readBegan = Atomic<Int64>(0)
    let newestTime: Atomic<Int64>
    let clockDoubt = Atomic<Int64>(0)

    init(lastID: Int64, newestTime: Int64) {
      self.lastID = Atomic(lastID)
      self.newestTime = Atomic(newestTime)
    }
  }

  /// What becomes confined to the threads when they start.
  private struct ThreadState: @unchecked Sendable {
    let writer: LogWriter
    let database: Database
    let reader: HistoryReader
    /// nil: everything is kept for ever.
    let trimmer: Trimmer?
  }

  private struct Read: Sendable {
    let query: HistoryQuery
    let completion: @Sendable (Result<HistoryPage, LogError>) -> Void
  }

  /// Opens, and if need be makes, the database in `directory`. `clock` gives milliseconds since 1970.
  public convenience init(
    directory: String, durability: Durability, retention: Retention = Retention(),
    clock: @escaping @Sendable () -> Int64
  ) throws(StoreError) {
    try self.init(
      directory: directory, durability: durability, retention: retention, disk: DiskAccess(),
      clocks: LogClocks(wall: clock))
  }

  init(
    directory: String, durability: Durability, retention: Retention, disk: DiskAccess, clocks: LogClocks
  ) throws(StoreError) {
    let store = try Store(directory: directory, durability: durability, disk)
    do throws(SQLError) {
      let reading = try Database(path: store.path, .readOnly, store.disk)
      reading.keepWAL()
      try reading.execute("PRAGMA cache_size = -65536")
      let writer = try LogWriter(store, clocks)
      shared = Shared(lastID: store.lastID, newestTime: writer.lastTime)
      startFailure = store.unsaved?.failure.map { .notStored(reason: $0.description) }
      shared.hasFailed.store(startFailure != nil, ordering: .relaxed)
      threadState = Lock(
        ThreadState(
          writer: writer, database: store.writer, reader: try HistoryReader(reading, tail: store.tail),
          trimmer: retention.isForEver
            ? nil : try Trimmer(store.writer, retention) { writer.age().now }))
    } catch {
      throw StoreError(error, path: store.path)
    }
    checkpointer = try Checkpointer(path: store.path, store.disk)
    rooms = store.rooms
    lastRoom = store.lastRoom
    repairs = store.repairs
    lock = store.lock
    self.directory = directory
    self.disk = disk
    self.clocks = clocks
  }

  /// Starts the threads. On the writer's thread, `publish` is called with each batch, in order, and `troubled` with the error when commits
  /// begin to fail, with nil when they succeed again; `clockDoubted` when the clock by which messages are removed is not
  /// believed, with the milliseconds that it is ahead, and with nil when it is again.
  public func start(
    troubled: @escaping @Sendable (LogError?) -> Void = { _ in },
    clockDoubted: @escaping @Sendable (Int64?) -> Void = { _ in },
    publish: @escaping @Sendable (Batch) -> Void
  ) throws(StoreError) {
    guard let threadState = threadState.withLock({ $0.take() }) else { return }
    if let startFailure { troubled(startFailure) }
    do throws(ThreadFailure) {
      let writing = try Thread { self.runWriter(threadState, troubled, clockDoubted, publish) }
      let reading = try Thread { self.runReader(threadState.reader) }
      threads.withLock { $0 = [writing, reading] }
    } catch {
      throw .thread(error)
    }
  }

  /// Stores what is pending and closes the file. False if the last that was to be stored could not be.
  public func stop() -> Bool {
    disk.lockTimeout.limit(toMilliseconds: disk.stopMilliseconds)
    queue.close()
    reads.close()
    for thread in threads.withLock({ $0 }) { thread.join() }
    threads.withLock { $0 = [] }
    checkpointer.stop()
    lock.release()
    return !shared.hasFailed.load(ordering: .acquiring)
  }

  // MARK: EventLog

  public func append(_ events: [Event]) {
    if events.isEmpty { return }
    shared.queuedBytes.add(events.reduce(0) { $0 + $1.cost }, ordering: .relaxed)
    queue.append(contentsOf: events)
  }

  public var queuedBytes: Int { shared.queuedBytes.load(ordering: .relaxed) }
  public var isFull: Bool { queuedBytes > Self.queueLimit }
  public var lastID: Int64 { shared.lastID.load(ordering: .acquiring) }

  public var isHealthy: Bool {
    let began = shared.commitBegan.load(ordering: .relaxed)
    return !shared.hasFailed.load(ordering: .relaxed) && !isFull
      && (began == 0 || clocks.wall() - began < Self.stallMilliseconds)
  }

  /// The names of the database's files and their sizes; 0 for one that is not there.
  public var fileBytes: [(String, Int)] {
    ["linechat.db", "linechat.db-wal"].map { name in
      var status = stat()
      return (name, stat(directory + "/" + name, &status) == 0 ? Int(status.st_size) : 0)
    }
  }

  /// What is the matter with times.
  public var times: LogTimes {
    LogTimes(
      newestAhead: max(0, shared.newestTime.load(ordering: .relaxed) - clocks.wall()),
      clockAhead: shared.clockDoubt.load(ordering: .relaxed))
  }

  public func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    // Whoever asks while the reader hangs would only wait behind it, and the queue would grow.
    let began = shared.readBegan.load(ordering: .relaxed)
    if began != 0, clocks.uptime() - began >= Self.stallMilliseconds {
      return completion(.failure(.unreadable(reason: "a read has been waiting for the disk for long")))
    }
    if !reads.append(contentsOf: [Read(query: query, completion: completion)]) {
      completion(.failure(.stopping))
    }
  }

  // MARK: Threads

  private func runWriter(
    _ threadState: ThreadState, _ troubled: (LogError?) -> Void, _ clockDoubted: (Int64?) -> Void,
    _ publish: (Batch) -> Void
  ) {
    let (writer, database) = (threadState.writer, threadState.database)
    var walPages: Int32 = 0
    var pace = threadState.trimmer.map { TrimPace($0) }
    var retry = Retry(milliseconds: disk.retryMilliseconds)
    retry.tried(startFailure)
    withUnsafeMutablePointer(to: &walPages) { walPages in
      database.countWALPages(into: walPages)
      while let taken = queue.take(
        within: Self.shortest(pace?.waitMilliseconds, retry.waitMilliseconds, writer.sync?.waitMilliseconds))
      {
        var rest = taken[...]
        while !rest.isEmpty {
          var (events, cost) = Self.nextBatch(&rest)
          write(&events, writer, &retry, troubled)
          // Whoever waits for room is woken by the batch, and must find it.
          shared.queuedBytes.subtract(cost, ordering: .sequentiallyConsistent)
          publish(Batch(events: events))
          syncIfDue(writer, &retry, troubled)
          checkpointer.committed(database, walPages: Int(walPages.pointee))
        }
        pace?.trimIfDue(writer)
        syncIfDue(writer, &retry, troubled)
        if pace?.isByAge == true { judgeClock(writer.age().doubt, clockDoubted) }
        if retry.isDue { tried(writer.probe(), &retry, troubled) }
      }
      writer.finish()
    }
  }

  private func write(
    _ events: inout [Event], _ writer: LogWriter, _ retry: inout Retry, _ troubled: (LogError?) -> Void
  ) {
    let isStoring = events.contains(where: \.isStored)
    let began = ContinuousClock.now
    shared.commitBegan.store(clocks.wall(), ordering: .relaxed)
    writer.write(&events) { shared.lastID.store($0, ordering: .releasing) }
    shared.commitBegan.store(0, ordering: .relaxed)
    if !isStoring { return }
    let failure = events.first(where: \.isLost)?.failure
    if failure == nil {
      metrics.committed(events.count(where: \.isNewMessage), took: began.duration(to: .now))
    }
    shared.lastID.store(writer.lastID, ordering: .releasing)
    shared.newestTime.store(writer.lastTime, ordering: .relaxed)
    tried(failure, &retry, troubled)
  }

  private func syncIfDue(_ writer: LogWriter, _ retry: inout Retry, _ troubled: (LogError?) -> Void) {
    guard let sync = writer.sync, sync.isDue else { return }
    shared.commitBegan.store(clocks.wall(), ordering: .relaxed)
    let failure = sync.sync()
    shared.commitBegan.store(0, ordering: .relaxed)
    if failure != nil { tried(failure, &retry, troubled) }
  }

  /// Makes known whether commits succeed.
  private func tried(_ failure: LogError?, _ retry: inout Retry, _ troubled: (LogError?) -> Void) {
    retry.tried(failure)
    let hadFailed = shared.hasFailed.exchange(failure != nil, ordering: .acquiringAndReleasing)
    if hadFailed != (failure != nil) { troubled(failure) }
  }

  /// Makes known whether the clock is believed.
  private func judgeClock(_ doubt: Int64, _ clockDoubted: (Int64?) -> Void) {
    let before = shared.clockDoubt.exchange(doubt, ordering: .relaxed)
    if (before > 0) != (doubt > 0) { clockDoubted(doubt > 0 ? doubt : nil) }
  }

  private func runReader(_ reader: HistoryReader) {
    while let taken = reads.take() {
      for read in taken {
        shared.readBegan.store(max(1, clocks.uptime()), ordering: .relaxed)
        let result = Self.result(of: read.query, reader)
        shared.readBegan.store(0, ordering: .relaxed)
        read.completion(result)
      }
    }
  }

  private static func result(
    of query: HistoryQuery, _ reader: HistoryReader
  ) -> Result<HistoryPage, LogError> {
    do throws(SQLError) {
      return .success(try reader.read(query))
    } catch {
      return .failure(.unreadable(reason: error.description))
    }
  }

  private static func shortest(_ waits: Int?...) -> Int? { waits.compactMap(\.self).min() }

  private static func nextBatch(_ rest: inout ArraySlice<Event>) -> (events: [Event], cost: Int) {
    var cost = 0
    var end = rest.startIndex
    while end < rest.endIndex, end - rest.startIndex < batchEvents, cost < batchBytes {
      cost += rest[end].cost
      end += 1
    }
    // Usually the batch is everything: then the array is handed over as it is, with nobody else holding it.
    let batch = Array(rest[..<end])
    rest = end == rest.endIndex ? [] : rest[end...]
    return (batch, cost)
  }
}

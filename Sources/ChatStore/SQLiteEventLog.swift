package import ChatCore
import Glibc
package import LineProtocol
import Threads

/// The event log in one SQLite file: a thread that decides and writes, one that reads history, one that
/// checkpoints.
package final class SQLiteEventLog: EventLog {
  /// A commit, or a read, that takes longer than this many milliseconds is a stall.
  package static let stallMilliseconds: Int64 = 5_000

  package let metrics = LogMetrics()
  private let reads = WorkQueue<Read>()
  private let checkpointer: Checkpointer
  private let status: LogStatus
  private let directory: String
  private let lock: DirectoryLock
  private let disk: DiskAccess
  private let clocks: LogClocks
  private let unstarted: Lock<Unstarted?>
  private let running = Lock(Running())

  /// The rooms found on disk at start.
  package let rooms: [StoredRoom]
  /// The greatest number of a room on disk, also of one that cannot be shown.
  package let lastRoom: Int64
  /// What was not as it should be in the file, and what was done about it, one sentence each.
  package let repairs: [String]

  /// What becomes confined to the threads when they start.
  private struct Unstarted: @unchecked Sendable {
    let writer: LogWriter
    let database: Database
    let reader: HistoryReader
    /// nil: everything is kept for ever.
    let trimmer: Trimmer?
    /// Why nothing can be stored for now; history is served all the same.
    let failure: LogError?
  }

  private struct Running {
    var threads: [Thread] = []
    var order: LocalOrder?
  }

  private struct Read: Sendable {
    let query: HistoryQuery
    let completion: @Sendable (Result<HistoryPage, LogError>) -> Void
  }

  /// Whoever is told of what happens to the log. All are called on its thread.
  package struct Observers: Sendable {
    /// Gets the error when commits begin to fail, and nil when they succeed again.
    package var troubled: @Sendable (LogError?) -> Void = { _ in }
    /// Gets the milliseconds that the clock is ahead when messages are not removed by it any more, and nil
    /// when they are again.
    package var clockRunsAhead: @Sendable (Int64?) -> Void = { _ in }

    package init(
      troubled: @escaping @Sendable (LogError?) -> Void = { _ in },
      clockRunsAhead: @escaping @Sendable (Int64?) -> Void = { _ in }
    ) {
      self.troubled = troubled
      self.clockRunsAhead = clockRunsAhead
    }
  }

  /// Opens, and if need be makes, the database in `directory`. `clock` gives milliseconds since 1970.
  package convenience init(
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
      let failure = store.unsaved?.failure.map { LogError.notStored(reason: $0.description) }
      status = LogStatus(lastID: store.lastID, newestTime: writer.lastTime, hasFailed: failure != nil)
      unstarted = Lock(
        Unstarted(
          writer: writer, database: store.writer, reader: try HistoryReader(reading, tail: store.tail),
          trimmer: retention.isForEver
            ? nil : try Trimmer(store.writer, retention) { writer.age().now },
          failure: failure))
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

  /// Starts the threads. On one of them, requests of `order` are decided by a state that begins with what is
  /// on disk, and `publish` is called with each batch, in order.
  package func start(
    deciding order: LocalOrder, _ policy: Policy = Policy(), observers: Observers = Observers(),
    publish: @escaping @Sendable (Batch) -> Void
  ) throws(StoreError) {
    guard let parts = unstarted.withLock({ $0.take() }) else { return }
    let state = ChatState(rooms: rooms, lastRoom: lastRoom, policy: policy)
    if let failure = parts.failure { observers.troubled(failure) }
    do throws(ThreadFailure) {
      let writing = try Thread { [self] in
        let store = SQLiteEntryStore(
          parts.writer, parts.database, trimmer: parts.trimmer, checkpointer, status, metrics, clocks,
          startFailure: parts.failure, retryMilliseconds: disk.retryMilliseconds, observers)
        Applier(state, order: order, store: store, clock: clocks.wall).run(publish: publish)
      }
      let reading = try Thread { self.runReader(parts.reader) }
      running.withLock { $0 = Running(threads: [writing, reading], order: order) }
    } catch {
      throw .thread(error)
    }
  }

  /// Stores what is pending and closes the file. False if the last that was to be stored could not be.
  package func stop() -> Bool {
    disk.lockTimeout.limit(toMilliseconds: disk.stopMilliseconds)
    let running = running.withLock { running in
      defer { running = Running() }
      return running
    }
    running.order?.close()
    reads.close()
    for thread in running.threads { thread.join() }
    checkpointer.stop()
    lock.release()
    return !status.hasFailed
  }

  // MARK: EventLog

  package var applied: MessageID { status.lastStored }
  package var tail: MessageID { status.lastGiven }
  /// On one node an id is given in the transaction that stores it: only an unknown outcome leaves one behind.
  package func isLost(_ id: MessageID) -> Bool { id > status.lastStored && id <= status.lastGiven }
  package var isHealthy: Bool { status.isHealthy(at: clocks.uptime()) }

  /// The names of the database's files and their sizes; 0 for one that is not there.
  package var fileBytes: [(String, Int)] {
    ["linechat.db", "linechat.db-wal"].map { name in
      var status = stat()
      return (name, stat(directory + "/" + name, &status) == 0 ? Int(status.st_size) : 0)
    }
  }

  /// What is the matter with times.
  package var times: LogTimes {
    LogTimes(newestAhead: max(0, status.newestTime - clocks.wall()), clockAhead: status.clockAhead)
  }

  package func read(
    _ query: HistoryQuery, completion: @escaping @Sendable (Result<HistoryPage, LogError>) -> Void
  ) {
    // Whoever asks while the reader hangs would only wait behind it, and the queue would grow.
    if status.isReadStalled(at: clocks.uptime()) {
      return completion(.failure(.unreadable(reason: "a read has been waiting for the disk for long")))
    }
    if !reads.append(contentsOf: [Read(query: query, completion: completion)]) {
      completion(.failure(.stopping))
    }
  }

  private func runReader(_ reader: HistoryReader) {
    while let taken = reads.take() {
      for read in taken {
        status.readBegan(at: clocks.uptime())
        let result = Self.result(of: read.query, reader)
        status.readEnded()
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
}

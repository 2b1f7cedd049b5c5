import ChatCore
import LineProtocol

/// Entries in SQLite: what the log's thread works with. It also does, between two transactions, what else the
/// file needs.
final class SQLiteEntryStore: EntryStore {
  private let writer: LogWriter
  private let database: Database
  private let checkpointer: Checkpointer
  private let status: LogStatus
  private let metrics: LogMetrics
  private let clocks: LogClocks
  private let observers: SQLiteEventLog.Observers
  private var pace: TrimPace?
  private var retry: Retry
  private let walPages: UnsafeMutablePointer<Int32>

  init(
    _ writer: LogWriter, _ database: Database, trimmer: Trimmer?, _ checkpointer: Checkpointer,
    _ status: LogStatus, _ metrics: LogMetrics, _ clocks: LogClocks, startFailure: LogError?,
    retryMilliseconds: Int, _ observers: SQLiteEventLog.Observers
  ) {
    self.writer = writer
    self.database = database
    self.checkpointer = checkpointer
    self.status = status
    self.metrics = metrics
    self.clocks = clocks
    self.observers = observers
    pace = trimmer.map { TrimPace($0) }
    retry = Retry(milliseconds: retryMilliseconds)
    retry.tried(startFailure)
    // SQLite writes into it after each commit, for as long as the connection is open.
    walPages = .allocate(capacity: 1)
    walPages.initialize(to: 0)
    database.countWALPages(into: walPages)
  }

  deinit {
    database.countNoWALPages()
    walPages.deallocate()
  }

  var lastID: MessageID { writer.lastID }
  var lastTime: Timestamp { writer.lastTime }

  func transaction(_ body: () throws(LogError) -> Void) throws(LogError) {
    let began = ContinuousClock.now
    var entries = 0
    status.commitBegan(at: clocks.uptime())
    defer { status.commitEnded() }
    do throws(LogError) {
      try writer.transaction(body) { committed in
        entries = committed.entries
        status.committed(committed.lastID)
      }
    } catch {
      status.failed(writer.lastID)
      tried(error)
      throw error
    }
    if entries == 0 { return }
    metrics.committed(entries, took: began.duration(to: .now))
    status.setNewestTime(writer.lastTime)
    tried(nil)
  }

  func use(
    of reference: MessageReference, by user: Nick, for said: Utterance, at place: Place
  ) throws(LogError) -> ReferenceUse {
    try writer.use(of: reference, by: user, for: said, at: place)
  }

  func write(_ event: Event) throws(LogError) { try writer.write(event) }

  // MARK: Between transactions

  func maintain(isIdle: Bool) {
    syncIfDue()
    checkpointer.committed(database, walPages: Int(walPages.pointee))
    if !isIdle { return }
    pace?.trimIfDue(writer)
    syncIfDue()
    if pace?.isByAge == true { watchClock() }
    if retry.isDue { tried(writer.probe()) }
  }

  var waitMilliseconds: Int? {
    [pace?.waitMilliseconds, retry.waitMilliseconds, writer.sync?.waitMilliseconds].compactMap(\.self).min()
  }

  func finish() { writer.finish() }

  private func syncIfDue() {
    guard let sync = writer.sync, sync.isDue else { return }
    status.commitBegan(at: clocks.uptime())
    let failure = sync.sync()
    status.commitEnded()
    if failure != nil { tried(failure) }
  }

  /// Makes known whether commits succeed.
  private func tried(_ failure: LogError?) {
    retry.tried(failure)
    let hadFailed = status.setFailed(failure != nil)
    if hadFailed != (failure != nil) { observers.troubled(failure) }
  }

  /// Makes known whether the clock is believed.
  private func watchClock() {
    let ahead = writer.age().ahead
    let before = status.setClockAhead(ahead)
    if (before > 0) != (ahead > 0) { observers.clockRunsAhead(ahead > 0 ? ahead : nil) }
  }
}

import CSQLite
import Threads

/// Copies the WAL back into the database on a connection and a thread of its own, so that commits do not wait
/// for it.
///
/// SQLite starts the WAL anew only when all of it has been copied at the moment of a commit, which under a
/// steady flood never happens from another thread; so when the WAL has grown past `hardLimit`, the writer
/// copies the little that is left.
///
/// `@unchecked Sendable`: `nextRequest` belongs to the writer thread; the database goes to the checkpointing
/// thread, once.
final class Checkpointer: @unchecked Sendable {
  /// Pages (of 4 KiB) of the WAL after which a checkpoint is asked for, and again after as many more.
  private static let softLimit = 2_000
  private static let hardLimit = 8_000
  private static let statement = "PRAGMA wal_checkpoint(PASSIVE)"

  private let requests = WorkQueue<Void>()
  private let thread: Thread
  private let warmUp: WarmUp
  private var nextRequest = softLimit

  init(path: String, _ disk: DiskAccess) throws(StoreError) {
    let requests = self.requests
    let database: Database
    do throws(SQLError) {
      database = try Database(path: path, .readWrite, disk)
      database.keepWAL()
      // Opens the WAL that the writer has, whatever becomes of its name later.
      _ = try database.number("PRAGMA schema_version")
    } catch {
      throw StoreError(error, path: path)
    }
    nonisolated(unsafe) let confined = database
    let warmUp = WarmUp(path: path)
    self.warmUp = warmUp
    do throws(ThreadFailure) {
      thread = try Thread {
        // This thread has nothing else to do at first.
        warmUp.readAhead()
        // A checkpoint that fails changes nothing: the WAL still has everything, and the next one tries
        // again.
        while requests.take() != nil { try? confined.execute(Self.statement) }
      }
    } catch {
      throw .thread(error)
    }
  }

  /// Called by the writer after a commit, with its own connection and the pages now in the WAL.
  func committed(_ database: Database, walPages: Int) {
    if walPages < Self.softLimit { nextRequest = Self.softLimit }
    if walPages < nextRequest { return }
    nextRequest = walPages + Self.softLimit
    if walPages < Self.hardLimit {
      requests.append(contentsOf: [()])
    } else {
      try? database.execute(Self.statement)
    }
  }

  /// To be called when nobody else has the database open any more.
  func stop() {
    requests.close()
    thread.join()
    warmUp.stop()
  }
}

package import ChatCore
package import Delivery
import HTTPProtocol
package import LineProtocol
package import Reactor

/// What the HTTP door is composed with, the same on every loop.
package struct HTTPSettings: Sendable {
  /// The place of ``WebSocketFormat`` in the shard's list of formats.
  package var webSocketFormat: FormatID
  /// Names that requests may be sent to, besides addresses, `localhost` and names without a dot.
  package var names: [String]
  /// Web origins besides the server's own that may read, post and open a WebSocket: lower case, without a
  /// path, as `https://example.org`.
  package var allowedOrigins: [String]
  /// Where the line door listens, as `HOST:PORT`; for the page at `/`.
  package var lineAddresses: @Sendable () -> [String]
  /// Milliseconds between two looks at the connections that are quiet; see ``HTTPTimeouts``.
  package var tickMilliseconds: Int64
  /// What the log tells of itself; for `/metrics`.
  package var log: LogFigures
  /// What all connections together hold; for `/metrics`.
  package var memory: MemoryUse
  /// The server's version, and when it began.
  package var version: String
  package var started: Timestamp

  package init(
    webSocketFormat: FormatID, names: [String], allowedOrigins: [String],
    lineAddresses: @escaping @Sendable () -> [String], tickMilliseconds: Int64, log: LogFigures,
    memory: MemoryUse = MemoryUse(), version: String = "", started: Timestamp = Timestamp(milliseconds: 0)
  ) {
    self.version = version
    self.started = started
    self.webSocketFormat = webSocketFormat
    self.names = names
    self.allowedOrigins = allowedOrigins
    self.lineAddresses = lineAddresses
    self.tickMilliseconds = tickMilliseconds
    self.log = log
    self.memory = memory
  }
}

/// Figures of the event log, whichever it is.
package struct LogFigures: Sendable {
  /// Messages in each commit.
  package var batchSize: Histogram
  /// Seconds that each commit took.
  package var commitSeconds: Histogram
  /// Bytes that wait to be stored.
  package var queuedBytes: @Sendable () -> Int
  /// What is the matter with its times.
  package var times: @Sendable () -> LogTimes
  /// The names of its files and their sizes.
  package var fileBytes: @Sendable () -> [(String, Int)]

  package init(
    batchSize: Histogram, commitSeconds: Histogram, queuedBytes: @escaping @Sendable () -> Int,
    times: @escaping @Sendable () -> LogTimes = { LogTimes() },
    fileBytes: @escaping @Sendable () -> [(String, Int)] = { [] }
  ) {
    self.fileBytes = fileBytes
    self.times = times
    self.batchSize = batchSize
    self.commitSeconds = commitSeconds
    self.queuedBytes = queuedBytes
  }
}

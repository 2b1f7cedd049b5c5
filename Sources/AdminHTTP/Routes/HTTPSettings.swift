import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor

/// What the HTTP door is composed with, the same on every loop.
public struct HTTPSettings: Sendable {
  /// The place of ``WebSocketFormat`` in the shard's list of formats.
  public var webSocketFormat: FormatID
  /// Names that requests may be sent to, besides addresses, `localhost` and names without a dot.
  public var names: [String]
  /// Web origins besides the server's own that may read, post and open a WebSocket: lower case, without a path, as
  /// `https://example.org`.
  public var allowedOrigins: [String]
  /// Where the line door listens, as `HOST:PORT`; for the page at `/`.
  public var lineAddresses: @Sendable () -> [String]
  /// Milliseconds between two looks at the connections that are quiet; see ``HTTPPatience``.
  public var patience: Int64
  /// What the log tells of itself; for `/metrics`.
  public var log: LogFigures
  /// What all connections together hold; for `/metrics`.
  public var memory: MemoryUse
  /// The server's version, and when it began.
  public var version: String
  public var started: Timestamp

  public init(
    webSocketFormat: FormatID, names: [String], allowedOrigins: [String],
    lineAddresses: @escaping @Sendable () -> [String], patience: Int64, log: LogFigures,
    memory: MemoryUse = MemoryUse(), version: String = "", started: Timestamp = Timestamp(milliseconds: 0)
  ) {
    self.version = version
    self.started = started
    self.webSocketFormat = webSocketFormat
    self.names = names
    self.allowedOrigins = allowedOrigins
    self.lineAddresses = lineAddresses
    self.patience = patience
    self.log = log
    self.memory = memory
  }
}

/// Figures of the event log, whichever it is.
public struct LogFigures: Sendable {
  /// Messages in each commit.
  public var batchSize: Histogram
  /// Seconds that each commit took.
  public var commitSeconds: Histogram
  /// Bytes that wait to be stored.
  public var queuedBytes: @Sendable () -> Int
  /// What is the matter with its times.
  public var times: @Sendable () -> LogTimes
  /// The names of its files and their sizes.
  public var fileBytes: @Sendable () -> [(String, Int)]

  public init(
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

/// Why the log could not do what it was asked.
package enum LogError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Nothing was stored. `reason` names the cause.
  case notStored(reason: String)
  /// The commit had begun: the message may be stored or not.
  case outcomeUnknown(reason: String)
  /// History could not be read.
  case unreadable(reason: String)
  /// History is not read any more: the server is stopping.
  case stopping

  package var description: String {
    switch self {
    case .notStored(let reason): "not stored: \(reason)"
    case .outcomeUnknown(let reason): "it is unknown whether it was stored: \(reason)"
    case .unreadable(let reason): "history cannot be read: \(reason)"
    case .stopping: "the server is stopping"
    }
  }
}

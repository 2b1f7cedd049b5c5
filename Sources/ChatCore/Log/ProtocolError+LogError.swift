package import LineProtocol

extension ProtocolError {
  /// What a client is told when the log failed. The cause is for the server's own log: it may name paths.
  package init(_ error: LogError, asked: String) {
    switch error {
    case .notStored: self.init(.notStored, asked: asked)
    case .outcomeUnknown: self.init(.outcomeUnknown, asked: asked)
    case .unreadable: self.init(.historyUnavailable, asked: asked)
    case .stopping: self.init(.shuttingDown, asked: asked)
    }
  }
}

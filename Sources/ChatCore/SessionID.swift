/// Names one session (a connection that takes part in the chat, on any door) for as long as the server runs.
public struct SessionID: Hashable, Sendable {
  /// The event loop that the session's connection lives on.
  public let loop: UInt16
  /// Counts the sessions of that loop from 1; never used again.
  public let serial: UInt64

  public init(loop: UInt16, serial: UInt64) {
    self.loop = loop
    self.serial = serial
  }
}

/// A status code of a close frame (RFC 6455 §7.4).
public struct WebSocketCloseCode: RawRepresentable, Equatable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let normal = WebSocketCloseCode(rawValue: 1000)
  /// The server shuts down.
  public static let goingAway = WebSocketCloseCode(rawValue: 1001)
  static let protocolError = WebSocketCloseCode(rawValue: 1002)
  public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
  static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
  public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
  static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
  public static let internalError = WebSocketCloseCode(rawValue: 1011)
  /// A reader that does not read (IANA registry of close codes: Try Again Later).
  public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)

  /// Whether it may stand in a frame: 1004 to 1006 and 1015 may not, the rest up to 2999 is not assigned
  /// (RFC 6455 §7.4.1, §7.4.2; 1012 to 1014 are assigned in the IANA registry).
  var mayBeSent: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

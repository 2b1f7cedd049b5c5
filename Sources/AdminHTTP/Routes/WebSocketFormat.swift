import Delivery
import LineProtocol

/// How events look to WebSocket subscribers: one text frame each.
public struct WebSocketFormat: EventFormat {
  public init() {}
  public var quitsPerRoom: Bool { true }
  public func encode(_ message: Message, into out: inout [UInt8]) {}
  public func encode(_ notice: Notice, into out: inout [UInt8]) {}
}

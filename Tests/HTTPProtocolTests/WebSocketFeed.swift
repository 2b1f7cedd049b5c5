@testable import HTTPProtocol

/// Does what the event loop does for a WebSocket: keeps what is not consumed, and hands it in again with the
/// next piece.
struct WebSocketFeed {
  var decoder: WebSocketDecoder
  var events: [WebSocketDecoder.Event] = []
  var rest: [UInt8] = []

  init(messageBytes: Int = 64 * 1024) { decoder = WebSocketDecoder(messageBytes: messageBytes) }

  mutating func receive(_ piece: some Collection<UInt8>) {
    rest += piece
    while true {
      let unconsumed = rest
      let step = decoder.next(unconsumed.span)
      rest.removeFirst(step.consumed)
      if step.event == .needMore { return }
      events.append(step.event)
    }
  }

  static func whole(_ bytes: [UInt8], messageBytes: Int = 64 * 1024) -> [WebSocketDecoder.Event] {
    var feed = WebSocketFeed(messageBytes: messageBytes)
    feed.receive(bytes)
    return feed.events
  }

  static func byteByByte(_ bytes: [UInt8], messageBytes: Int = 64 * 1024) -> [WebSocketDecoder.Event] {
    var feed = WebSocketFeed(messageBytes: messageBytes)
    for byte in bytes { feed.receive(CollectionOfOne(byte)) }
    return feed.events
  }

  static func cut(_ bytes: [UInt8], at point: Int, messageBytes: Int = 64 * 1024) -> [WebSocketDecoder.Event]
  {
    var feed = WebSocketFeed(messageBytes: messageBytes)
    feed.receive(bytes[..<point])
    feed.receive(bytes[point...])
    return feed.events
  }
}

/// A client's frame, by RFC 6455 §5.2 and nothing of the code under test. `first`: FIN, reserved bits and
/// opcode.
func clientFrame(_ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]) -> [UInt8] {
  var frame = [first]
  switch payload.count {
  case 0...125: frame.append(0x80 | UInt8(payload.count))
  case 126...65535: frame += [0xfe, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
  default: frame += [0xff] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) }
  }
  return frame + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}

func clientFrame(_ first: UInt8, _ text: String) -> [UInt8] { clientFrame(first, Array(text.utf8)) }

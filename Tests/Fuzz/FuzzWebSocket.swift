@testable import HTTPProtocol

/// The decoder gives the same for the whole and for its halves.
@Sendable func fuzzWebSocket(_ bytes: [UInt8]) {
  let whole = events(in: [bytes[...]])
  let middle = bytes.count / 2
  precondition(events(in: [bytes[..<middle], bytes[middle...]]) == whole)
  _ = WebSocketEncoder.frameLength(bytes.span)
}

private func events(in pieces: [ArraySlice<UInt8>]) -> [WebSocketDecoder.Event] {
  var decoder = WebSocketDecoder(messageBytes: 1024)
  var unconsumed: [UInt8] = []
  var found: [WebSocketDecoder.Event] = []
  for piece in pieces {
    unconsumed += piece
    decoding: while true {
      let step = decoder.next(unconsumed.span)
      unconsumed.removeFirst(step.consumed)
      if case .needMore = step.event { break decoding }
      found.append(step.event)
      if case .text(let text) = step.event { _ = try? WebSocketText(text) }
    }
  }
  return found
}

@testable import HTTPProtocol

/// What one connection made of its bytes.
struct HTTPOutcome: Equatable {
  var requests: [HTTPRequest] = []
  var failure: Problem?
  /// Bytes that no event has consumed.
  var rest: [UInt8] = []
}

/// Does what the event loop does: keeps what is not consumed, and hands it in again with the next piece.
struct HTTPFeed {
  var parser: HTTPRequestParser
  var outcome = HTTPOutcome()
  var continues = 0

  init(limits: HTTPLimits = HTTPLimits()) { parser = HTTPRequestParser(limits: limits) }

  mutating func receive(_ piece: some Collection<UInt8>) {
    outcome.rest += piece
    while outcome.failure == nil {
      let unconsumed = outcome.rest
      let step = parser.parse(unconsumed.span)
      outcome.rest.removeFirst(step.consumed)
      switch step.event {
      case .needMore: return
      case .sendContinue: continues += 1
      case .request(let request): outcome.requests.append(request)
      case .failed(let problem): outcome.failure = problem
      }
    }
  }

  static func whole(_ bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) -> HTTPOutcome {
    var feed = HTTPFeed(limits: limits)
    feed.receive(bytes)
    return feed.outcome
  }

  static func byteByByte(_ bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) -> HTTPOutcome {
    var feed = HTTPFeed(limits: limits)
    for byte in bytes { feed.receive(CollectionOfOne(byte)) }
    return feed.outcome
  }

  static func cut(_ bytes: [UInt8], at point: Int, limits: HTTPLimits = HTTPLimits()) -> HTTPOutcome {
    var feed = HTTPFeed(limits: limits)
    feed.receive(bytes[..<point])
    feed.receive(bytes[point...])
    return feed.outcome
  }
}

/// `text` as it goes over the wire, with CR LF for each line end.
func wire(_ text: String) -> [UInt8] {
  text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? [13, 10] : [$0] }
}

/// The whole of `text` is one request, or nil.
func request(_ text: String, limits: HTTPLimits = HTTPLimits()) -> HTTPRequest? {
  let outcome = HTTPFeed.whole(wire(text), limits: limits)
  return outcome.requests.count == 1 && outcome.rest.isEmpty ? outcome.requests[0] : nil
}

/// The status with which `text` is refused, or nil.
func refusal(_ text: String, limits: HTTPLimits = HTTPLimits()) -> Int? {
  HTTPFeed.whole(wire(text), limits: limits).failure?.status.code
}

/// Numbers that are the same in every run (SplitMix64).
struct FixedNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// How long a connection may be quiet, counted in ticks of its door: so there is neither a timer for each
/// connection nor a look at the clock for each request.
///
/// With a look every 20 seconds a request has 20 to 40 seconds to arrive, a response as long to make
/// progress, and an idle connection is kept for 60 to 80.
struct HTTPTimeouts: Sendable {
  enum Phase: Sendable {
    /// Between two requests.
    case idle
    /// Part of a request has come. What trickles in is no progress, or a client could hold the connection for
    /// ever.
    case receiving
    /// The server owes the answer.
    case answering
    /// So many bytes of the answer wait for the client to read.
    case sending(Int)
  }

  enum Verdict: Sendable {
    case wait
    /// The request does not come: 408.
    case refuse
    case close
  }

  private var quietTicks = 0
  private var waitingBytes = 0

  /// A request begins or an answer ends.
  mutating func progressed() { quietTicks = 0 }

  mutating func tick(_ phase: Phase) -> Verdict {
    quietTicks += 1
    switch phase {
    case .idle: return quietTicks > 3 ? .close : .wait
    case .receiving: return quietTicks > 1 ? .refuse : .wait
    case .answering: quietTicks = 0
    case .sending(let bytes):
      if bytes != waitingBytes { quietTicks = 0 }
      waitingBytes = bytes
      return quietTicks > 1 ? .close : .wait
    }
    return .wait
  }
}

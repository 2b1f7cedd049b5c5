import Glibc
import LineProtocol

/// `linechat chat` whose input is no terminal: sends each line, and says nothing but what went wrong.
///
/// A server that ends the connection because too much came at once says how long to wait; then it goes on
/// with the first line that was not answered.
struct PipedChat {
  private let streams: Streams
  private let connection: ReconnectingConnection
  private var input: InputLines
  /// Lines that were read and are not submitted yet: those of one read.
  private var pending: ArraySlice<InputLines.Line> = []
  private var pace = Pace()
  private var isAtEnd = false
  private var hasFailed = false

  /// Takes over what is connected.
  init(connection: ReconnectingConnection, streams: Streams) {
    self.streams = streams
    self.connection = connection
    input = InputLines(isTyped: isatty(streams.input) == 1)
  }

  /// Returns the exit status: 0 when every line is stored, otherwise 1.
  mutating func run() -> Int32 {
    while true {
      let inFlight = connection.session.unsettled.count
      if isAtEnd, pending.isEmpty, inFlight == 0 { break }
      let allowance = pace.allowance(inFlight: inFlight, at: Clock.milliseconds())
      if let status = settle(submit(atMost: allowance)) { return status }
      let isReading = !isAtEnd && pending.isEmpty && allowance > 0
      let ready = wait(
        for: [connection.pollDescriptor, pollfd(reading: isReading ? streams.input : -1)], atMost: pollTimeout
      )
      if ready[1] != 0 { readInput() }
      if let status = settle(connection.turn(ready[0])) { return status }
      if let failure = connection.failure { return giveUp(failure) }
    }
    _ = connection.close()
    return hasFailed ? 1 : 0
  }

  private var pollTimeout: Int32 {
    guard let end = pace.restEnds else { return connection.pollTimeout }
    let rest = Int32(clamping: max(0, end - Clock.milliseconds()))
    return connection.pollTimeout < 0 ? rest : min(rest, connection.pollTimeout)
  }

  private mutating func readInput() {
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(streams.input, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    isAtEnd = count <= 0
    pending = (isAtEnd ? input.finish() : input.feed(bytes[..<count]))[...]
  }

  private mutating func submit(atMost count: Int) -> [ChatSession.Event] {
    var events: [ChatSession.Event] = []
    for line in pending.prefix(count) {
      switch line {
      case .draft(let draft): events += connection.submit(draft)
      case .unusable(let number, let reason): fail(number, reason)
      }
    }
    pending = pending.dropFirst(count)
    return events
  }

  /// Takes note of what happened; returns the exit status when nothing more can be sent.
  private mutating func settle(_ events: [ChatSession.Event]) -> Int32? {
    for event in events {
      switch event {
      case .stored: pace.answered()
      case .refused(let draft, let reason):
        pace.answered()
        fail(draft.inputLine, reason)
      case .throttled(let reason, let seconds):
        streams.complain("the server ended the connection: \(reason); going on in \(seconds) s")
        pace = Pace()
      case .rejected(let reason, _), .disconnected(let reason): return giveUp(reason)
      case .message, .topic, .uncertain, .resuming, .live, .gap, .newLog, .joined, .left, .renamed, .names,
        .farewell:
        break
      }
    }
    return nil
  }

  private mutating func giveUp(_ reason: String) -> Int32 {
    streams.complain(reason)
    let unsettled = connection.session.unsettled
    for (draft, _) in unsettled.filter(\.wasSent) {
      fail(draft.inputLine, "not acknowledged; it may be stored")
    }
    if let first = unsettled.first(where: { !$0.wasSent })?.draft.inputLine ?? pending.first?.number {
      fail(first, "not sent, and nothing after it")
    } else if !isAtEnd {
      streams.complain("the rest of the input was not sent")
    }
    return 1
  }

  private mutating func fail(_ line: Int, _ reason: String) {
    hasFailed = true
    streams.complain("line \(line): \(reason)")
  }
}

extension InputLines.Line {
  fileprivate var number: Int {
    switch self {
    case .draft(let draft): draft.inputLine
    case .unusable(let number, _): number
    }
  }
}

import Glibc
import LineProtocol

/// `linechat chat` whose input is no terminal: sends each line, and says nothing but what went wrong.
struct PipedChat {
  /// How many lines may wait for their acknowledgement: enough for the server to store many at once.
  private static let window = 256

  private let streams: Streams
  private let link: Link
  private var input = InputLines()
  private var isAtEnd = false
  private var hasFailed = false

  /// Takes over a link that is connected.
  init(link: Link, streams: Streams) {
    self.streams = streams
    self.link = link
  }

  /// Returns the exit status: 0 when every line is stored, otherwise 1.
  mutating func run() -> Int32 {
    while true {
      let unsettled = link.session.unsettled.count
      if isAtEnd, unsettled == 0 { break }
      let isReading = !isAtEnd && unsettled < PipedChat.window
      let ready = wait(
        for: [link.pollDescriptor, pollfd(reading: isReading ? streams.input : -1)], atMost: link.pollTimeout)
      if ready[1] != 0, let status = settle(readInput()) { return status }
      if let status = settle(link.turn(ready[0])) { return status }
    }
    _ = link.close()
    return hasFailed ? 1 : 0
  }

  private mutating func readInput() -> [ChatSession.Event] {
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(streams.input, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    isAtEnd = count <= 0
    var events: [ChatSession.Event] = []
    for line in isAtEnd ? input.finish() : input.feed(bytes[..<count]) {
      switch line {
      case .draft(let draft): events += link.submit(draft)
      case .unusable(let number, let reason): fail(number, reason)
      }
    }
    return events
  }

  /// Takes note of what happened; returns the exit status when nothing more can be sent.
  private mutating func settle(_ events: [ChatSession.Event]) -> Int32? {
    for event in events {
      switch event {
      case .refused(let draft, let reason): fail(draft.inputLine, reason)
      case .turnedAway(let reason, _), .disconnected(let reason): return giveUp(reason)
      default: break
      }
    }
    return nil
  }

  private mutating func giveUp(_ reason: String) -> Int32 {
    streams.complain(reason)
    let unsettled = link.session.unsettled
    for (draft, _) in unsettled.filter(\.wasSent) {
      fail(draft.inputLine, "not acknowledged; it may be stored")
    }
    if let first = unsettled.first(where: { !$0.wasSent }) {
      fail(first.draft.inputLine, "not sent, and nothing after it")
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

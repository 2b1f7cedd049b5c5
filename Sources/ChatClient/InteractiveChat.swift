import Glibc
import LineProtocol

/// `linechat chat` at a terminal: messages scroll by above the line that is being typed.
struct InteractiveChat {
  private let streams: Streams
  private let link: Link
  private let terminal: RawTerminal
  private var transcript: Transcript
  private var editor = LineEditor()
  private var hasBeenLive = false

  /// How `run` ended, and what remains to be said when the terminal is as it was.
  private struct Ending {
    var status: Int32
    var complaints: [String] = []
  }

  /// Takes over a link that is connected and a terminal that is raw.
  init(link: Link, terminal: RawTerminal, streams: Streams, transcript: Transcript) {
    self.streams = streams
    self.link = link
    self.terminal = terminal
    self.transcript = transcript
  }

  /// Returns the exit status.
  mutating func run() -> Int32 {
    let ending = converse()
    terminal.restore(streams)
    for complaint in ending.complaints { streams.complain(complaint) }
    return ending.status
  }

  private mutating func converse() -> Ending {
    let signals = SignalDescriptor([SIGINT, SIGTERM, SIGHUP, SIGWINCH])
    show([])
    while true {
      let ready = wait(
        for: [link.pollDescriptor, pollfd(reading: streams.input), pollfd(reading: signals.descriptor)],
        atMost: link.pollTimeout)
      while let signal = signals.next() {
        guard signal == SIGWINCH else { return leave() }
        show([])
      }
      if ready[1] != 0, !readKeys() { return leave() }
      let events = link.turn(ready[0])
      let lines = events.flatMap { transcript.lines(for: $0) }
      if !lines.isEmpty { show(lines) }
      if let ending = ending(after: events) { return ending }
    }
  }

  /// Returns false when the person quits.
  private mutating func readKeys() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(streams.input, &bytes, bytes.count)
    guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
    for request in editor.feed(bytes[..<count]) {
      guard case .submit(let line) = request, !line.isEmpty else { return false }
      submit(line)
    }
    show([])
    return true
  }

  private mutating func submit(_ line: String) {
    do {
      _ = try MessageText(line)
    } catch {
      editor.restore(line)
      return show([transcript.note("not sent: \(error.reason)")])
    }
    let wasLive = link.session.phase == .live
    let events = link.submit(Draft(text: line))
    let delay = wasLive ? [] : [transcript.note("will be sent when there is a connection: \(line)")]
    show(delay + events.flatMap { transcript.lines(for: $0) })
  }

  private mutating func ending(after events: [ChatSession.Event]) -> Ending? {
    for event in events {
      switch event {
      case .live: hasBeenLive = true
      case .turnedAway(let reason, let isTransient):
        if !hasBeenLive || !isTransient { return Ending(status: 1, complaints: [reason]) }
      case .disconnected(let reason):
        if !hasBeenLive { return Ending(status: 1, complaints: [reason]) }
      default: break
      }
    }
    return nil
  }

  private mutating func leave() -> Ending {
    show(link.close().flatMap { transcript.lines(for: $0) })
    let unsettled = link.session.unsettled.map { draft, wasSent in
      "\(wasSent ? "not acknowledged" : "not sent"): \(draft.text)"
    }
    return Ending(status: unsettled.isEmpty ? 0 : 1, complaints: unsettled)
  }

  private func show(_ lines: [String]) {
    let input = InputLine(
      prompt: transcript.room.text + "> ", before: editor.before, after: editor.after,
      columns: terminal.columns)
    _ = streams.print(input.drawing(below: lines))
  }
}

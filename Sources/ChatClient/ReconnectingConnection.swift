import Glibc
import LineProtocol

/// A session and the connection it has at the moment: does the reading, writing and connecting that the
/// session asks for.
final class ReconnectingConnection {
  /// How long the server may take until the session is live; it may have to probe another holder of the name
  /// for 10 s.
  private static let timeout: Int64 = 30_000

  private(set) var session: ChatSession
  private let server: ServerAddress
  private var connection: LineConnection?
  private var backoff = Backoff()
  /// When to connect again, or when to give up waiting for the session to become live.
  private var deadline: Int64?
  /// Why the last attempt to connect again failed; nil when there is a connection.
  private(set) var failure: String?

  init(_ session: ChatSession, to server: ServerAddress) {
    self.session = session
    self.server = server
  }

  private var isConnected: Bool { connection != nil }

  /// What to wait for; without a connection, nothing (`poll` passes over a negative descriptor).
  var pollDescriptor: pollfd {
    pollfd(fd: connection?.descriptor ?? -1, events: connection?.pollEvents ?? 0, revents: 0)
  }

  /// How long to wait at most, in milliseconds; -1 without a bound.
  var pollTimeout: Int32 { deadline.map { Int32(clamping: max(0, $0 - Clock.milliseconds())) } ?? -1 }

  /// Connects and introduces the session.
  func connect() throws(ClientError) {
    connection = try LineConnection.connect(to: server)
    failure = nil
    deadline = Clock.milliseconds() + ReconnectingConnection.timeout
    _ = perform(session.connected())
  }

  /// Sends a draft, or keeps it until the session is live.
  func submit(_ draft: Draft) -> [ChatSession.Event] { perform(session.submit(draft)) }

  /// Asks who is in the room.
  func askNames() { _ = perform(session.askNames()) }

  /// Does what `poll` says can be done, and what is due.
  func turn(_ revents: Int16) -> [ChatSession.Event] {
    var events: [ChatSession.Event] = []
    if revents != 0 { events = transfer() }
    guard let deadline, deadline <= Clock.milliseconds() else { return events }
    if isConnected { return events + lose("no answer from \(server)") }
    do {
      try connect()
    } catch {
      failure = error.message
      self.deadline = Clock.milliseconds() + backoff.next()
    }
    return events
  }

  /// Says QUIT and waits a moment for the answers to what was sent before.
  func close() -> [ChatSession.Event] {
    var events = perform(session.quit())
    let end = Clock.milliseconds() + 2000
    while isConnected {
      var wait = pollDescriptor
      let rest = end - Clock.milliseconds()
      guard rest > 0, poll(&wait, 1, Int32(rest)) > 0 else { break }
      events += transfer()
    }
    connection = nil
    return events
  }

  private func transfer() -> [ChatSession.Event] {
    guard let connection else { return [] }
    do {
      let input = try connection.receive()
      var events: [ChatSession.Event] = []
      for line in input.lines { events += perform(session.received(line)) }
      connection.flush()
      return input.isAtEnd ? events + lose("the server closed the connection") : events
    } catch {
      return lose(error.message)
    }
  }

  private func lose(_ reason: String, pause: Int64? = nil) -> [ChatSession.Event] {
    connection = nil
    deadline = Clock.milliseconds() + (pause ?? backoff.next())
    return perform(session.disconnected(reason))
  }

  private func perform(_ actions: [ChatSession.Action]) -> [ChatSession.Event] {
    var events: [ChatSession.Event] = []
    for action in actions {
      switch action {
      case .send(let line): connection?.queue(line)
      case .tell(let event):
        events.append(event)
        switch event {
        case .live:
          backoff.reset()
          deadline = nil
        case .rejected(let reason, transient: true): events += lose(reason)
        case .throttled(let reason, let seconds): events += lose(reason, pause: seconds * 1000)
        case .message, .topic, .stored, .refused, .uncertain, .resuming, .gap, .newLog, .joined, .left,
          .renamed,
          .names, .farewell, .disconnected, .rejected(_, transient: false):
          break
        }
      }
    }
    connection?.flush()
    return events
  }
}

/// The pauses between attempts to connect: up to 0.2 s, doubled each time up to 5 s, and each at least half
/// as long.
///
/// The rest is left to chance: all clients of a server that was restarted would come back in the same moment
/// otherwise.
struct Backoff: Equatable, Sendable {
  private static let first: Int64 = 200
  private static let longest: Int64 = 5000

  private var upcoming = first

  /// The pause before the next attempt, in milliseconds.
  mutating func next(using numbers: inout some RandomNumberGenerator) -> Int64 {
    defer { upcoming = min(upcoming * 2, Backoff.longest) }
    return Int64.random(in: upcoming / 2...upcoming, using: &numbers)
  }

  mutating func next() -> Int64 {
    var numbers = SystemRandomNumberGenerator()
    return next(using: &numbers)
  }

  /// To be called when the connection serves: the next loss begins with a short pause again.
  mutating func reset() { upcoming = Backoff.first }
}

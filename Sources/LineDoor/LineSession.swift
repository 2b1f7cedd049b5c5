import ChatCore
import Delivery
import LineProtocol
import Reactor
import Synchronization
import Traffic

/// One TCP session on the line port: takes lines in order, and answers them in order.
///
/// What keeps answers in order is that lines wait, not answers: while messages are in flight to the log, only
/// further messages are taken; every other line stays in the input until they are acknowledged. So there is
/// no queue of answers, and a client that floods is slowed down by TCP.
final class LineSession {
  let connection: Connection
  let shard: Shard
  /// Set as soon as the session has entered its shard.
  private(set) var id = SessionID(loop: 0, serial: 0)
  let books: Books
  var detection = DialectDetection()
  /// What the command in progress waits for, and what follows.
  var progress = StepProgress()
  /// Messages whose outcome is not known yet.
  var inFlight = MessagesInFlight()
  private(set) lazy var subscriber = RoomSubscriber(
    id, connection.output, kinds: .all, on: shard, sink: self)

  /// That of the reply that is being said.
  var replyMark: OutputMark?
  var isEnding = false
  var isProbed = false
  /// The end of a line that was refused as too long has not come yet.
  var isSkippingLine = false
  private var hasLeft = false
  var endReason = "connection closed"
  var throttle: Throttle
  var keepalive: Keepalive

  init(_ connection: Connection, _ shard: Shard, _ settings: LineSettings, _ throttle: Throttle) {
    self.throttle = throttle
    books = Books(settings, shard)
    keepalive = Keepalive(at: connection.reactor.turnTime)
    self.connection = connection
    self.shard = shard
    id = shard.enter(self, output: connection.output, format: .plain)
    shard.metrics.lineConnections.add(1, ordering: .relaxed)
    connection.detectSilentPeer(within: LineSettings.silentPeerSeconds)
  }

  var rooms: [Books.JoinedRoom] { books.rooms }
  var dialect: any LineDialect { books.registration.dialect }

  // MARK: Order

  /// Nothing is in flight: any line may be dealt with.
  var isIdle: Bool { progress.isIdle && inFlight.isEmpty }

  /// Another message may be sent.
  var canPublish: Bool {
    progress.isIdle && inFlight.count < LineSettings.messagesInFlight && !shard.order.isFull
  }

  /// Goes on with lines that waited.
  func goOn() {
    if isEnding, isIdle { return finish(reason: endReason) }
    connection.resumeInput()
  }

  /// What became of the oldest message in flight is known.
  func settleMessage(_ event: Event) {
    guard let message = inFlight.removeFirst() else { return }
    if connection.isOpen {
      let step = dialect.settled(message, by: event, books)
      switch step {
      // The ways of most messages.
      case .done: break
      case .say(let bytes): say(bytes, mark: event.entryID.map(OutputMark.live))
      case .refuse, .submit, .request, .ask, .read, .page, .goLive, .replay, .steps, .close, .door: run(step)
      }
    }
    // Input waits for the last of the messages, or for room among them.
    if inFlight.isEmpty || canPublish { goOn() }
  }

  // MARK: Ending

  /// Sends what was appended and closes. The session is over at once, however long the peer takes to close
  /// its side: its nick is free, and nothing follows its last line.
  func finish(reason: String) {
    endReason = reason
    connection.finish()
    leave()
  }

  /// The last words of a session that is cut off. `dropped`: what it will not get.
  func farewell(_ reason: Farewell, _ dropped: DroppedMarks) -> [UInt8] {
    let points = rooms.map { room in
      ResumePoint(room: room.name, cursor: subscriber.resumePoint(in: room.id, dropped))
    }
    return detection.takeKeptBack() + dialect.farewell(reason, points, books)
  }

  func leave() {
    if hasLeft { return }
    hasLeft = true
    countInvisible(from: books.irc.modes, to: IRCUserModes())
    dropSteps()
    subscriber.end(reason: endReason)
  }

  func countInvisible(from old: IRCUserModes, to new: IRCUserModes) {
    if old.isInvisible == new.isInvisible { return }
    shard.metrics.invisibleSessions.add(new.isInvisible ? 1 : -1, ordering: .relaxed)
  }
}

import ChatCore
import Delivery
import LineProtocol
import Reactor

extension LineSession: StepRunner {
  func say(_ bytes: [UInt8]) { say(bytes, mark: replyMark) }

  /// `mark`: what the bytes show.
  func say(_ bytes: [UInt8], mark: OutputMark?) {
    if detection.isHolding { detection.keepBack(bytes) } else { connection.output.append(bytes, mark: mark) }
  }

  func countRefusal(_ code: String) { shard.metrics.refused(code) }

  func submit(_ action: Request.Action) {
    if case .publish(let room, _, let kind, _) = action { inFlight.append(room, kind) }
    shard.request(id, action)
  }

  func ask(_ query: DirectoryQuery) {
    // It is answered soon, so that nobody is kept for long. A weak reference would make all others to the
    // session slower, for good.
    shard.ask(query) { [self] answer in
      if connection.isOpen { answered(answer) }
    }
  }

  func read(_ query: HistoryQuery) {
    shard.read(query) { [self] result in
      if connection.isOpen { answered(result) }
    }
  }

  func awaitDrain() { connection.notifyWhenDrained() }

  func goLive(in room: RoomID) { subscriber.goLive(in: room) }

  func startReplay(_ order: ReplayOrder) { subscriber.replay(order) }

  func close(reason: String) { finish(reason: reason) }

  func perform(_ step: any DoorStep) {
    if let entry = step as? BookEntry { enter(entry) }
  }

  private func enter(_ entry: BookEntry) {
    switch entry {
    case .register(let registration): books.registration = registration
    case .negotiate(let negotiation):
      let (old, new) = (books.irc.negotiation.enabled.tags, negotiation.enabled.tags)
      books.irc.negotiation = negotiation
      if old != new { change(to: .irc(new)) }
    case .setModes(let modes):
      countInvisible(from: books.irc.modes, to: modes)
      books.irc.modes = modes
    }
  }

  func stepsEnded() { goOn() }

  /// Another format from now on; to be called while the session is idle.
  func change(to format: FormatID) { shard.change(id, to: format, in: rooms.lazy.map(\.id)) }
}

extension LineSession: RoomSubscriberSink {
  /// The room of the replay in progress.
  private var replayRoom: RoomName? {
    if case .replaying(let room, _) = progress.activity { room } else { nil }
  }

  func show(_ entry: Entry, mark: OutputMark) { say(dialect.show(entry), mark: mark) }

  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark) {
    if let replayRoom { say(dialect.showGap(replayRoom, from: from, to: to), mark: mark) }
  }

  func continueWhenDrained() { connection.notifyWhenDrained() }

  func replayEnded(of rooms: [RoomID], at cursor: MessageID) { replayed(.success(cursor)) }

  func replayFailed(of rooms: [RoomID], after: MessageID, _ error: LogError, mark: OutputMark) {
    replyMark = mark
    replayed(.failure(error))
    replyMark = nil
  }
}

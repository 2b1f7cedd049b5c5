import ChatCore
import Delivery
import LineProtocol
import Reactor
import Synchronization
import Traffic

/// One TCP session on the line port: takes lines in order, and answers them in order.
///
/// What keeps answers in order is that lines wait, not answers: while messages are in flight to the log, only further
/// messages are taken; every other line stays in the input until they are acknowledged. So there is no queue of answers,
/// and a client that floods is slowed down by TCP.
final class LineSession {
  let connection: Connection
  let shard: Shard
  let settings: LineSettings
  var dialect: any LineDialect = PlainDialect()
  /// Set as soon as the session has entered its shard.
  private(set) var id = SessionID(loop: 0, serial: 0)
  var nick: Nick?
  var rooms: [JoinedRoom] = []

  /// Messages whose outcome is not known yet.
  private(set) var inFlight = 0
  /// A command other than a message waits for its answer.
  private(set) var isBusy = false
  var isEnding = false
  var isProbed = false
  /// The end of a line that was refused as too long has not come yet.
  var isSkippingLine = false
  private var hasLeft = false
  var replay: Replay?
  var replayRoom: RoomName?
  private var replays: UInt32 = 0
  /// The next part of a long answer.
  var continuation: (() -> Void)?
  var endReason = "connection closed"
  var throttle: Throttle
  /// What was asked for since the last read: a line that names several rooms counts for each.
  var asked = 0
  var keepalive: Keepalive

  struct JoinedRoom {
    let id: RoomID
    let name: RoomName
    /// That of the replay with which the session has come to the room's present.
    var replayLane: OutputLane?
  }

  init(_ connection: Connection, _ shard: Shard, _ settings: LineSettings, _ throttle: Throttle) {
    self.throttle = throttle
    keepalive = Keepalive(at: connection.reactor.turnTime)
    self.connection = connection
    self.shard = shard
    self.settings = settings
    id = shard.enter(self, output: connection.output, format: .plain)
    shard.metrics.lineConnections.add(1, ordering: .relaxed)
    connection.detectSilentPeer(within: LineSettings.silentPeerSeconds)
  }

  // MARK: What dialects ask for

  /// Nothing is in flight: any line may be dealt with.
  var isIdle: Bool { !isBusy && inFlight == 0 }

  /// Another message may be sent.
  var canPublish: Bool { !isBusy && inFlight < LineSettings.messagesInFlight && !shard.order.isFull }

  func send(_ bytes: [UInt8], mark: OutputMark? = nil) { connection.output.append(bytes, mark: mark) }

  func send(mark: OutputMark? = nil, _ encode: (inout [UInt8]) -> Void) {
    var bytes: [UInt8] = []
    encode(&bytes)
    send(bytes, mark: mark)
  }

  /// Goes on with a long answer when the socket has taken what there is of it. The session is busy until then.
  func whenDrained(_ goOn: @escaping () -> Void) {
    isBusy = true
    continuation = goOn
    connection.notifyWhenDrained()
  }

  /// Requests something other than a message. The session is busy until ``finishCommand()``.
  func request(_ action: Request.Action) {
    isBusy = true
    asked += 1
    shard.request(id, action)
  }

  /// Asks the directory. The session is busy until ``finishCommand()``. `isPaced`: for the next part of a long answer, which the
  /// socket paces and the rate limit need not.
  func ask(
    _ query: DirectoryQuery, isPaced: Bool = false, then: @escaping (DirectoryAnswer, LineSession) -> Void
  ) {
    isBusy = true
    if !isPaced { asked += 1 }
    shard.ask(query) { [weak self] answer in
      guard let self, connection.isOpen else { return }
      then(answer, self)
    }
  }

  func publish(
    _ room: RoomName, _ text: MessageText, _ kind: Message.Kind, once reference: MessageReference? = nil
  ) {
    inFlight += 1
    asked += 1
    shard.request(id, .publish(room, text, kind, once: reference))
  }

  // MARK: Books

  /// The room of this name that the session is in.
  func joinedRoom(_ name: RoomName) -> JoinedRoom? { rooms.first { $0.name == name } }

  /// Throws if the session cannot enter one room more.
  func checkRoomCount(_ name: RoomName) throws(ProtocolError) {
    if let limit = settings.roomsPerSession, rooms.count >= limit {
      throw ProtocolError(.tooManyRooms, asked: name.text)
    }
  }

  /// The busy command has been answered: the next line may be dealt with.
  func finishCommand() {
    isBusy = false
    goOn()
  }

  func change(to dialect: any LineDialect, _ format: FormatID) {
    self.dialect = dialect
    change(to: format)
  }

  /// Another format from now on; to be called while the session is idle.
  func change(to format: FormatID) { shard.change(id, to: format, in: rooms.lazy.map(\.id)) }

  /// Shows stored entries; ends with the dialect's `replayEnded` or `replayFailed`. The session is busy.
  func startReplay(
    of room: JoinedRoom, after cursor: Int64, preceding: Int = 0, to end: Replay.End,
    beginningWith loaded: [Entry] = []
  ) {
    isBusy = true
    replayRoom = room.name
    replays += 1
    let lane = OutputLane.replay(replays)
    if end == .live, let index = rooms.firstIndex(where: { $0.id == room.id }) {
      rooms[index].replayLane = lane
    }
    let replay = Replay(
      of: room.id, after: cursor, preceding: preceding, to: end, beginningWith: loaded, kinds: .all,
      lane: lane, session: id, output: connection.output, on: shard, sink: self)
    self.replay = replay
    replay.start()
  }

  /// Where a session that is not sent what was `dropped` goes on with a room that it is in.
  func resumePoint(in room: JoinedRoom, _ dropped: DroppedMarks) -> Int64 {
    let shown = room.replayLane.flatMap { dropped.first(of: $0) }.map { $0 - 1 } ?? .max
    if let replay, replay.lane == room.replayLane { return min(replay.cursor, shown) }
    let live = dropped.first(of: .live).map { $0 - 1 } ?? .max
    return min(shard.newest(in: room.id), live, shown)
  }

  /// Sends what was appended and closes. The session is over at once, however long the peer takes to close its side: its nick
  /// is free, and nothing follows its last line.
  func finish(reason: String) {
    endReason = reason
    connection.finish()
    leave()
  }

  func leave() {
    if hasLeft { return }
    hasLeft = true
    dialect.left(self)
    replay?.cancel()
    replay = nil
    continuation = nil
    shard.leave(id, rooms: rooms.map(\.id), reason: endReason)
  }

  // MARK: Order

  func goOn() {
    if isEnding, isIdle { return finish(reason: endReason) }
    connection.resumeInput()
  }

  func settleMessage() {
    inFlight -= 1
    // Input waits for the last of the messages, or for room among them.
    if inFlight == 0 || canPublish { goOn() }
  }
}

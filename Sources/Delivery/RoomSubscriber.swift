package import ChatCore
package import LineProtocol
package import Reactor

/// The rooms that one session follows, whether it is present in them (it has joined) or only watches: each
/// from a point on, through what was said since (a ``Replay``), then live, until the room is left or the
/// session ends. Knows where a session that is cut off resumes.
package final class RoomSubscriber {
  private enum Phase {
    case replaying(Replay)
    case live
  }

  private struct Followed {
    let room: RoomID
    var phase: Phase
    /// That of the replay with which the session has come to the room's present.
    let lane: OutputLane?
  }

  private let session: SessionID
  private let output: Output
  /// What replays show.
  private let kinds: HistoryQuery.Kinds
  private let shard: Shard
  private unowned let sink: any RoomSubscriberSink
  private var followed: [Followed] = []
  /// Lanes of which something waited when the room was left that was shown in them.
  private var left: [(room: RoomID, lane: OutputLane)] = []
  /// Those of rooms that are to be followed, and of stored entries up to an end.
  private var running: [Replay] = []
  private var replays: UInt32 = 0

  /// `sink` has to outlive the subscriber's use.
  package init(
    _ session: SessionID, _ output: Output, kinds: HistoryQuery.Kinds, on shard: Shard,
    sink: any RoomSubscriberSink
  ) {
    self.session = session
    self.output = output
    self.kinds = kinds
    self.shard = shard
    self.sink = sink
  }

  /// Those that are followed.
  package var rooms: [RoomID] { followed.map(\.room) }

  /// Memory for entries that were read and not shown yet.
  package var heldBytes: Int { running.reduce(0) { $0 + $1.heldBytes } }

  /// Stored entries are being shown.
  package var isReplaying: Bool { !running.isEmpty }

  // MARK: Following

  /// Shows what happens in a room from here on. The room was joined in this turn, or is watched.
  package func goLive(in room: RoomID) {
    followed.append(Followed(room: room, phase: .live, lane: nil))
    shard.goLive(session, in: room)
  }

  /// Has a room shown by this loop though the session is not in it. To be followed at once.
  package func watch(_ room: RoomID, _ name: RoomName) { shard.watch(room, name) }

  /// Shows stored entries. Where they are to end at the present, the room is followed from there. The sink is
  /// told the end, which may be before this returns. `others`: shown with the room, all in the order of ids,
  /// and followed too.
  package func replay(_ order: ReplayOrder, with others: [RoomID] = []) {
    replays &+= 1
    let replay = Replay(
      order, with: others, kinds: kinds, lane: .replay(replays), session: session, output: output, on: shard,
      sink: self)
    running.append(replay)
    if order.end == .live {
      for room in replay.rooms {
        followed.append(Followed(room: room, phase: .replaying(replay), lane: replay.lane))
      }
    }
    replay.start()
  }

  /// To be called when the output has drained.
  package func outputDrained() { for replay in running { replay.outputDrained() } }

  /// Shows nothing more of a room.
  package func leave(_ room: RoomID) {
    guard let index = followed.firstIndex(where: { $0.room == room }) else { return }
    let followed = self.followed.remove(at: index)
    remember(followed)
    switch followed.phase {
    case .replaying(let replay):
      replay.leave(room)
      if !running.contains(where: { $0 === replay && $0.isOver }) { return }
      running.removeAll { $0 === replay }
      sink.replayEnded(of: [], at: replay.cursor)
    case .live: shard.leaveRoom(session, room)
    }
  }

  /// A session that follows the room again, and is cut off before it was sent what waits of it now, must not
  /// go on behind that. Rooms of which nothing waits any more are forgotten.
  private func remember(_ followed: Followed) {
    let waiting = output.waitingMarks()
    left.removeAll { waiting.first(of: $0.lane) == nil }
    for lane in [.live, followed.lane] {
      guard let lane, waiting.first(of: lane) != nil else { continue }
      if !left.contains(where: { $0 == (followed.room, lane) }) { left.append((followed.room, lane)) }
    }
  }

  /// How many lanes of rooms that were left are remembered.
  var leftCount: Int { left.count }

  /// The session is over, and its rooms are left.
  package func end(reason: String) {
    for replay in running { replay.cancel() }
    running = []
    shard.leave(session, rooms: rooms, reason: reason)
    (followed, left) = ([], [])
  }

  // MARK: Where to resume

  /// Where a session that is not sent what was `dropped` goes on with a room.
  package func resumePoint(in room: RoomID, _ dropped: DroppedMarks) -> MessageID {
    let before = shownBefore(in: room, dropped)
    guard let followed = followed.first(where: { $0.room == room }) else {
      return min(shard.newest(in: room), before)
    }
    let shown = min(Self.shown(of: followed.lane, dropped), before)
    switch followed.phase {
    case .replaying(let replay): return min(replay.cursor, shown)
    case .live: return min(shard.newest(in: room), shown, Self.shown(of: .live, dropped))
    }
  }

  /// Where it goes on with all of its rooms, by one cursor. A room in which nothing is said does not hold the
  /// cursor back.
  package func resumePoint(_ dropped: DroppedMarks) -> MessageID {
    var point = MessageID.max
    var newest: MessageID = 0
    for room in followed {
      point = min(point, Self.shown(of: room.lane, dropped), shownBefore(in: room.room, dropped))
      switch room.phase {
      case .replaying(let replay):
        point = min(point, replay.cursor)
        newest = .max
      case .live:
        point = min(point, Self.shown(of: .live, dropped))
        newest = max(newest, shard.newest(in: room.room))
      }
    }
    return min(point, newest)
  }

  /// Up to where everything is sent that was to be shown of a room before it was left.
  private func shownBefore(in room: RoomID, _ dropped: DroppedMarks) -> MessageID {
    left.reduce(.max) { $1.room == room ? min($0, Self.shown(of: $1.lane, dropped)) : $0 }
  }

  /// Up to where everything of a lane is sent.
  private static func shown(of lane: OutputLane?, _ dropped: DroppedMarks) -> MessageID {
    lane.flatMap { dropped.first(of: $0) }.map { MessageID($0).previous } ?? .max
  }
}

extension RoomSubscriber: ReplaySink {
  func show(_ entry: Entry, mark: OutputMark) { sink.show(entry, mark: mark) }

  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark) {
    sink.showGap(in: room, from: from, to: to, mark: mark)
  }

  func continueWhenDrained() { sink.continueWhenDrained() }

  func ended(_ replay: Replay, at cursor: MessageID) {
    running.removeAll { $0 === replay }
    for index in followed.indices where followed[index].lane == replay.lane { followed[index].phase = .live }
    sink.replayEnded(of: replay.rooms, at: cursor)
  }

  func failed(_ replay: Replay, _ error: LogError) {
    running.removeAll { $0 === replay }
    // Until the room is left it is still known where to resume it.
    let mark = OutputMark(replay.lane, at: replay.cursor.next)
    sink.replayFailed(of: replay.rooms, after: replay.cursor, error, mark: mark)
  }
}

/// Shows what a ``RoomSubscriber`` reads.
package protocol RoomSubscriberSink: AnyObject {
  /// What is appended has this mark.
  func show(_ entry: Entry, mark: OutputMark)
  /// Entries with `from` < id ≤ `to` are gone. What is appended has this mark.
  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark)
  /// Calls ``RoomSubscriber/outputDrained()`` when everything has been sent.
  func continueWhenDrained()
  /// `rooms`: those that are live from here on; none if the last of them was left meanwhile.
  func replayEnded(of rooms: [RoomID], at cursor: MessageID)
  /// Everything up to `after` was shown, and nothing follows: the rooms are to be left. What is appended to
  /// say so has this mark: who is cut off before it was sent that resumes there.
  func replayFailed(of rooms: [RoomID], after: MessageID, _ error: LogError, mark: OutputMark)
}

extension OutputLane {
  /// Entries that are shown when they are made, and acknowledgements of own messages, by id.
  package static let live = OutputLane(0)

  /// What the replay of this number shows, by id. Each replay of a session has a lane of its own, as its ids
  /// are not above those of the one before.
  package static func replay(_ number: UInt32) -> OutputLane { OutputLane(number) }
}

extension OutputMark {
  package static func live(_ id: MessageID) -> OutputMark { OutputMark(.live, at: id) }

  package init(_ lane: OutputLane, at id: MessageID) { self.init(lane, id.number) }
}

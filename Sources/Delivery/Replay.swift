import ChatCore
package import LineProtocol
import Reactor

/// Shows stored entries of a room, or of several in the order of their ids, to one session, as fast as its
/// socket takes them, and (if asked to) goes live where they end.
///
/// Nothing is queued for it meanwhile: what is published while a session reads is on disk, and is read in its
/// turn, or taken from the room's ``RecentEntries`` while it is there. The session is live in the very turn
/// in which it has been shown the newest message that this loop has shown, so there is neither a gap nor a
/// double.
package final class Replay {
  /// Where a replay ends.
  package enum End: Sendable, Equatable {
    /// At this id, inclusive.
    case through(MessageID)
    /// At the present; the session, which has joined the room, is live from there.
    case live
  }

  static let pageMessages = 256
  static let pageBytes = 32 * 1024
  /// The next message is shown when no more than this is waiting to be sent. With the longest message in the
  /// longest format it stays below the smallest bound of an output (64 KiB): a replay never overflows it.
  static let pendingBytes = 32 * 1024

  private(set) var rooms: [RoomID]
  /// What is shown after the cursor. The cursor goes past what is not.
  private let kinds: HistoryQuery.Kinds
  private let end: End
  /// That of the marks of what is shown.
  let lane: OutputLane
  private let session: SessionID
  private let shard: Shard
  private let output: Output
  private weak var sink: (any ReplaySink)?
  /// What a session that is cut off now would resume from, if nothing is dropped: everything up to this id
  /// was shown.
  private(set) var cursor: MessageID
  private var lastShown: MessageID
  /// Messages before the cursor that are still to be read, and shown first.
  private var preceding: Int
  private var loaded: ArraySlice<Entry> = []
  private var loadedThrough: MessageID = 0
  private var isReading = false
  /// Others have their turn.
  private var isWaiting = false
  private(set) var isOver = false

  /// Up to where it was told what of a room is gone.
  private var gapsTold: [RoomID: MessageID] = [:]
  /// A room was left while a page was read that has its entries.
  private var isPageStale = false

  /// Shows what is ordered, as far as it is of `kinds`. `others`: shown too, and followed from the same
  /// cursor.
  init(
    _ order: ReplayOrder, with others: [RoomID] = [], kinds: HistoryQuery.Kinds, lane: OutputLane,
    session: SessionID, output: Output,
    on shard: Shard, sink: any ReplaySink
  ) {
    self.lane = lane
    rooms = [order.room] + others
    self.kinds = kinds
    cursor = order.after
    preceding = order.preceding
    lastShown = order.after
    end = order.end
    self.session = session
    self.output = output
    self.shard = shard
    self.sink = sink
    loaded = order.loaded[...]
    loadedThrough = order.loaded.last?.id ?? order.after
    if end == .live { for room in rooms { shard.countReplay(in: room, by: 1) } }
  }

  /// Shows nothing more of one of several rooms.
  func leave(_ room: RoomID) {
    guard !isOver, let index = rooms.firstIndex(of: room) else { return }
    rooms.remove(at: index)
    if end == .live { shard.countReplay(in: room, by: -1) }
    // What was read has entries of that room.
    loaded = []
    loadedThrough = cursor
    isPageStale = isReading
    if rooms.isEmpty { isOver = true } else { goOn() }
  }

  /// Begins. May end, and tell the sink so, before it returns.
  func start() { goOn() }

  /// To be called when the output has drained.
  func outputDrained() { goOn() }

  /// Shows nothing more. To be called when the session ends.
  func cancel() {
    if isOver { return }
    isOver = true
    if end == .live { for room in rooms { shard.countReplay(in: room, by: -1) } }
  }

  /// Memory for messages that were read and not shown yet.
  var heldBytes: Int { loaded.reduce(0) { $0 + $1.cost } }

  private func goOn() {
    if isOver || isReading || isWaiting { return }
    isWaiting = !shard.pacer.admits(self)
    if !isWaiting { goOnNow() }
  }

  /// Called by the ``ReplayPacer`` when it is this one's turn.
  func goOnInTurn() {
    isWaiting = false
    goOnNow()
  }

  private func goOnNow() {
    // Of a session that ended while this waited for its turn there is no output any more.
    if isOver || output.isOverflowed { return }
    while !isOver, !isReading {
      while let entry = loaded.first, output.pendingBytes <= Self.pendingBytes {
        if !shard.pacer.hasRest {
          isWaiting = true
          return shard.pacer.wait(self)
        }
        shard.pacer.spend(entry.cost)
        sink?.show(entry, mark: OutputMark(lane, at: entry.id))
        // The session is about to be cut off, and keeps nothing more.
        if output.isOverflowed { return }
        cursor = entry.id
        lastShown = entry.id
        loaded.removeFirst()
      }
      if !loaded.isEmpty {
        sink?.continueWhenDrained()
        return
      }
      cursor = max(cursor, loadedThrough)
      if preceding > 0 {
        readPreceding()
        continue
      }
      // A read from behind what this loop is to show waits until it has shown that.
      if shard.isToCome(cursor) {
        readPage()
      } else if cursor >= target {
        return finish()
      } else if !takeRecent() {
        readPage()
      }
    }
  }

  private var target: MessageID {
    switch end {
    case .through(let id): id
    case .live: rooms.reduce(.zero) { max($0, shard.newest(in: $1)) }
    }
  }

  /// Goes on with what was shown to others meanwhile, if that is all there is after the cursor. Reading it
  /// from the log would take a while, in which there may be more again: where many replay a busy room, none
  /// of them would ever come to an end.
  private func takeRecent() -> Bool {
    guard end == .live else { return false }
    var entries: [Entry] = []
    // A room of which there is more than its page holds bounds what is whole of the others.
    var through = target
    for room in rooms {
      let page = shard.recent(
        in: room, after: cursor, limit: Self.pageMessages, byteLimit: Self.pageBytes)
      guard let page else { return false }
      if let last = page.last, last.id < shard.newest(in: room) { through = min(through, last.id) }
      entries += page
    }
    if rooms.count > 1 {
      entries.removeAll { $0.id > through }
      entries.sort { $0.id < $1.id }
    }
    loaded = entries.filter(kinds.contains)[...]
    loadedThrough = through
    return true
  }

  private func readPreceding() {
    let (count, through) = (preceding, cursor)
    preceding = 0
    guard rooms.count == 1, let room = rooms.first else { return }
    // All of them in one page: its limit is theirs.
    let query = HistoryQuery(room: room, .before(through.next), limit: count, byteLimit: .max)
    read(query) { replay, page in
      replay.loaded = page.entries[...]
      replay.loadedThrough = through
    }
  }

  private func readPage() {
    let through = target
    let range = HistoryQuery.Range.after(cursor, through: through)
    let asked: HistoryQuery.Rooms = if rooms.count == 1 { .one(rooms[0]) } else { .several(rooms) }
    let query = HistoryQuery(
      asked, range, kinds: kinds, limit: Self.pageMessages, byteLimit: Self.pageBytes)
    read(query) { replay, page in
      let cursor = replay.cursor
      replay.showGaps(page, through: through)
      replay.loaded = page.entries[...]
      replay.loadedThrough = page.hasMore ? page.entries.last?.id ?? cursor : through
      replay.cursor = max(cursor, min(page.trimmedTo, through))
    }
  }

  /// What is after `through` may still be shown from memory, though it is removed by now: it is no part of
  /// the gap.
  private func showGaps(_ page: HistoryPage, through: MessageID) {
    for (room, trimmedTo) in zip(rooms, page.trimmed) {
      let trimmed = min(trimmedTo, through)
      let from = max(cursor, gapsTold[room] ?? 0)
      if from >= trimmed { continue }
      gapsTold[room] = trimmed
      // Whoever is not shown the gap resumes before it.
      sink?.showGap(in: room, from: from, to: trimmed, mark: OutputMark(lane, at: cursor.next))
      lastShown = max(lastShown, trimmed)
    }
  }

  private func read(_ query: HistoryQuery, received: @escaping (Replay, HistoryPage) -> Void) {
    isReading = true
    shard.read(query) { [weak self] result in self?.goOn(with: result, received) }
  }

  private func goOn(with result: Result<HistoryPage, LogError>, _ received: (Replay, HistoryPage) -> Void) {
    isReading = false
    if isPageStale {
      isPageStale = false
      return goOn()
    }
    if isOver || output.isOverflowed { return }
    switch result {
    case .success(let page):
      received(self, page)
      goOn()
    case .failure(.stopping): break  // The session will be told where to resume, and that is at the cursor.
    case .failure(let error):
      cancel()
      sink?.failed(self, error)
    }
  }

  private func finish() {
    if end == .live { for room in rooms { shard.goLive(session, in: room) } }
    cancel()
    sink?.ended(self, at: end == .live ? cursor : lastShown)
  }
}

/// Shows what a ``Replay`` reads, and is told its end. See ``RoomSubscriberSink``.
protocol ReplaySink: AnyObject {
  func show(_ entry: Entry, mark: OutputMark)
  func showGap(in room: RoomID, from: MessageID, to: MessageID, mark: OutputMark)
  func continueWhenDrained()
  func ended(_ replay: Replay, at cursor: MessageID)
  func failed(_ replay: Replay, _ error: LogError)
}

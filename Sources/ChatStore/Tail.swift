import ChatCore
import LineProtocol
import Threads

/// The entries that are on disk and not yet in the index of rooms: which room each id belongs to, in the
/// order of ids.
///
/// The writer appends after each commit and forgets after each step of indexing. Readers copy a room's part
/// *before* they open their snapshot: what was forgotten by then is indexed in the snapshot, and what is both
/// copied and indexed is told apart by the snapshot's `indexed_to`.
final class Tail: Sendable {
  struct Entry: Sendable {
    let room: Int64
    let id: MessageID
    let isMessage: Bool

    init(room: Int64, id: MessageID, isMessage: Bool = true) {
      self.room = room
      self.id = id
      self.isMessage = isMessage
    }
  }

  private let entries: Lock<[Entry]>

  init(_ entries: [Entry] = []) { self.entries = Lock(entries) }

  var count: Int { entries.withLock { $0.count } }

  /// The last id, 0 when there is none.
  var lastID: MessageID { entries.withLock { $0.last?.id ?? 0 } }

  func append(_ new: [Entry]) { entries.withLock { $0 += new } }

  /// The first ids of a room in a range, at most `limit`, in the direction of the range: `.after` ascends,
  /// the others descend.
  func ids(
    of room: RoomID, in range: HistoryQuery.Range, _ kinds: HistoryQuery.Kinds = .messages, limit: Int
  ) -> [MessageID] {
    var ids: [MessageID] = []
    entries.withLock { entries in
      switch range {
      case .newest: Self.take(limit, of: room, kinds, from: entries.reversed(), into: &ids)
      case .before(let id):
        let end = entries.partitioningIndex { $0.id >= id }
        Self.take(limit, of: room, kinds, from: entries[..<end].reversed(), into: &ids)
      case .after(let id, let through):
        let newer = entries[entries.partitioningIndex { $0.id > id }...]
        Self.take(limit, of: room, kinds, from: newer.lazy.prefix { $0.id <= through }, into: &ids)
      }
    }
    return ids
  }

  /// Stops at the limit: a reader who is nearly at the end must not hold the writer up for the whole of a
  /// long tail.
  private static func take(
    _ limit: Int, of room: RoomID, _ kinds: HistoryQuery.Kinds, from entries: some Sequence<Entry>,
    into ids: inout [MessageID]
  ) {
    for entry in entries where entry.room == room.number && (entry.isMessage || kinds == .all) {
      ids.append(entry.id)
      if ids.count == limit { return }
    }
  }

  /// By room, then by id: the order of the index.
  func sorted() -> [Entry] {
    entries.withLock { $0 }.sorted { ($0.room, $0.id) < ($1.room, $1.id) }
  }

  func markIndexed() { entries.withLock { $0.removeAll(keepingCapacity: true) } }
}

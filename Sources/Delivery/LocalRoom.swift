import ChatCore
import LineProtocol
import Reactor

/// A room as one loop sees it: who on this loop is shown its events. There is none for a room without members here.
final class LocalRoom {
  let id: RoomID
  let name: RoomName
  /// The newest entry that this loop has shown, or that was there before its first member came.
  private(set) var newest: Int64
  /// Live members, by format.
  private(set) var members: [[Output]]
  /// Sessions that are reading up to the present and will be live.
  private var replays = 0
  /// What is shown while there are replays, for them.
  private var recent: RecentEntries?

  init(id: RoomID, name: RoomName, newest: Int64, formats: Int) {
    self.id = id
    self.name = name
    self.newest = newest
    members = Array(repeating: [], count: formats)
  }

  var isEmpty: Bool { replays == 0 && members.allSatisfy(\.isEmpty) }

  /// An entry was shown.
  func note(_ entry: Entry) {
    newest = entry.id
    recent?.append(entry)
  }

  /// Counts a session that reads up to the present (`by` = 1), or no more (`by` = -1).
  func countReplay(by change: Int) {
    replays += change
    if replays == 0 {
      recent = nil
    } else if recent == nil {
      recent = RecentEntries(after: newest)
    }
  }

  /// The first entries after `id`, if they need not be read from the log. See ``RecentEntries/page(after:limit:byteLimit:)``.
  func recent(after id: Int64, limit: Int, byteLimit: Int) -> [Entry]? {
    recent?.page(after: id, limit: limit, byteLimit: byteLimit)
  }

  func add(_ output: Output, _ format: FormatID) { members[format.index].append(output) }

  func isLive(_ output: Output, _ format: FormatID) -> Bool { members[format.index].contains(output) }

  /// Shows the room in another format to a live member; nothing happens for an output that is none.
  func change(_ output: Output, from old: FormatID, to new: FormatID) {
    guard members[old.index].contains(output) else { return }
    remove(output, old)
    add(output, new)
  }

  func remove(_ output: Output, _ format: FormatID) {
    guard let index = members[format.index].firstIndex(of: output) else { return }
    // Order within a room is that of events, not that of members.
    members[format.index].swapAt(index, members[format.index].count - 1)
    members[format.index].removeLast()
  }
}

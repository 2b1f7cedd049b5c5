import ChatCore
import LineProtocol
import Reactor

/// A room as one loop sees it: who on this loop is shown its events. There is none for a room without members
/// here.
final class LocalRoom {
  let id: RoomID
  let name: RoomName
  /// The newest entry that this loop has shown, or that was there before its first member came.
  private(set) var newest: MessageID
  /// Live members: one group, never empty, for each format that somebody here has.
  private(set) var groups: [Group] = []
  /// Sessions that are reading up to the present and will be live.
  private var replays = 0
  /// What is shown while there are replays, for them.
  private var recent: RecentEntries?

  /// Live members who are shown events in the same format.
  struct Group {
    let format: FormatID
    fileprivate(set) var outputs: [Output]
  }

  init(id: RoomID, name: RoomName, newest: MessageID) {
    self.id = id
    self.name = name
    self.newest = newest
  }

  var isEmpty: Bool { replays == 0 && groups.isEmpty }

  /// How many live members there are.
  var memberCount: Int { groups.reduce(0) { $0 + $1.outputs.count } }

  /// An entry was shown.
  func note(_ entry: Entry) {
    precondition(entry.id > newest, "what a room is shown rises")
    newest = entry.id
    recent?.append(entry)
  }

  /// Counts a session that reads up to the present (`by` = 1), or no more (`by` = -1).
  func countReplay(by change: Int) {
    replays += change
    precondition(replays >= 0, "a replay is counted once when it begins and once when it ends")
    if replays == 0 {
      recent = nil
    } else if recent == nil {
      recent = RecentEntries(after: newest)
    }
  }

  /// The first entries after `id`, if they need not be read from the log. See
  /// ``RecentEntries/page(after:limit:byteLimit:)``.
  func recent(after id: MessageID, limit: Int, byteLimit: Int) -> [Entry]? {
    recent?.page(after: id, limit: limit, byteLimit: byteLimit)
  }

  /// Live members who are shown events in this format.
  func outputs(_ format: FormatID) -> [Output] { index(of: format).map { groups[$0].outputs } ?? [] }

  func add(_ output: Output, _ format: FormatID) {
    if let index = index(of: format) {
      groups[index].outputs.append(output)
    } else {
      groups.append(Group(format: format, outputs: [output]))
    }
  }

  func isLive(_ output: Output, _ format: FormatID) -> Bool {
    index(of: format).map { groups[$0].outputs.contains(output) } ?? false
  }

  /// Shows the room in another format to a live member; nothing happens for an output that is none.
  func change(_ output: Output, from old: FormatID, to new: FormatID) {
    guard isLive(output, old) else { return }
    remove(output, old)
    add(output, new)
  }

  func remove(_ output: Output, _ format: FormatID) {
    guard let index = index(of: format), let place = groups[index].outputs.firstIndex(of: output) else {
      return
    }
    // Order within a room is that of events, not that of members.
    groups[index].outputs.swapAt(place, groups[index].outputs.count - 1)
    groups[index].outputs.removeLast()
    if groups[index].outputs.isEmpty { groups.remove(at: index) }
  }

  private func index(of format: FormatID) -> Int? { groups.firstIndex { $0.format == format } }
}

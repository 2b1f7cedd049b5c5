import ChatCore
import LineProtocol

/// The last entries of a room, in order, without a hole: what replays that are nearly done go on with.
///
/// Held in two halves. When the newer one is full it becomes the older one, and what that held is let go.
struct RecentEntries {
  /// Inclusive bounds of what is held, ``Entry/cost`` for bytes, and never much less than half of it. At 10
  /// 000 messages a second half of it is what comes while hundreds of readers are given a page each.
  static let mostEntries = 4096
  static let mostBytes = 1024 * 1024

  /// Everything in the room after this id is held.
  private(set) var after: MessageID
  private var older: [Entry] = []
  private var newer: [Entry] = []
  private var newerBytes = 0

  init(after: MessageID) { self.after = after }

  /// Adds the room's next entry.
  mutating func append(_ entry: Entry) {
    let cost = entry.cost
    if newer.count == Self.mostEntries / 2 || newerBytes + cost > Self.mostBytes / 2 {
      after = older.last?.id ?? after
      older = newer
      newer = []
      newerBytes = 0
    }
    newer.append(entry)
    newerBytes += cost
  }

  /// The first entries after `id`, at most `limit`, and not more bytes than `byteLimit` but for the last; nil
  /// if some of them are not held.
  func page(after id: MessageID, limit: Int, byteLimit: Int = .max) -> [Entry]? {
    if id < after { return nil }
    var page: [Entry] = []
    var bytes = 0
    for half in [older, newer] {
      for entry in half[half.partitioningIndex(where: { $0.id > id })...] {
        if page.count == limit || bytes > byteLimit { return page }
        page.append(entry)
        bytes += entry.textBytes
      }
    }
    return page
  }
}

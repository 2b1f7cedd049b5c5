package import ChatCore
package import LineProtocol

/// Entries, and what is found by them: pages of history, earlier uses of references, rooms.
struct MemoryEntries: Sendable {
  private struct Reference: Hashable, Sendable {
    let user: Nick
    let text: String
  }

  /// How long a reference counts: in milliseconds, and in ids after its own. Both are exclusive.
  static let lifetime: Int64 = 24 * 3_600_000
  static let reach: Int64 = 10_000_000

  /// Oldest first.
  private(set) var all: [Event] = []
  private var references: [Reference: Message] = [:]
  private var trimmedTo: [RoomID: MessageID] = [:]
  private var found: [RoomID: StoredRoom] = [:]

  var rooms: [StoredRoom] { found.values.sorted { $0.id.number < $1.id.number } }

  mutating func append(_ events: [Event]) {
    for event in events {
      guard let id = event.entryID, let room = event.entryRoom else { continue }
      all.append(event)
      if let (reference, message) = Self.reference(of: event) { references[reference] = message }
      let old = found[room.id]
      let topic = event.topic ?? old?.topic
      found[room.id] = StoredRoom(id: room.id, name: old?.name ?? room.name, topic: topic, newest: id)
    }
  }

  mutating func trim(_ room: RoomID, through id: MessageID) {
    all.removeAll { event in event.entryRoom?.id == room && (event.entryID ?? 0) <= id }
    trimmedTo[room] = max(trimmedTo[room] ?? 0, id)
  }

  private static func reference(of event: Event) -> (Reference, Message)? {
    guard case .message(let message, in: _, once: let once?, before: _) = event.kind,
      let user = try? Nick(message.user)
    else { return nil }
    return (Reference(user: user, text: once.text), message)
  }

  /// `pending`: what is written in the same transaction.
  func use(
    of reference: MessageReference, by user: Nick, for said: Utterance, at place: Place,
    beside pending: [Event]
  ) -> ReferenceUse {
    let key = Reference(user: user, text: reference.text)
    let written = pending.last { Self.reference(of: $0)?.0 == key }
    guard let earlier = written?.message ?? references[key], place.id - earlier.id < Self.reach,
      place.time.milliseconds - earlier.time.milliseconds < Self.lifetime
    else { return .unused }
    let isSame =
      (try? RoomName(earlier.room)) == said.room && earlier.kind == said.kind
      && earlier.text.utf8.elementsEqual(said.text.string.utf8)
    return isSame ? .same(id: earlier.id, time: earlier.time) : .different
  }

  // MARK: Pages

  func page(_ query: HistoryQuery) -> HistoryPage {
    let room: RoomID
    switch query.rooms {
    case .one(let asked): room = asked
    case .several(let rooms):
      let wanted = all.lazy.filter { $0.entryRoom.map { rooms.contains($0.id) } ?? false }.compactMap(\.entry)
      let (entries, hasMore) = cut(wanted.filter { query.contains($0) }, query)
      return HistoryPage(entries: entries, hasMore: hasMore, trimmed: rooms.map { trimmedTo[$0] ?? 0 })
    case .all:
      let (entries, hasMore) = cut(all.lazy.compactMap(\.entry).filter { query.contains($0) }, query)
      return HistoryPage(entries: entries, hasMore: hasMore, trimmedTo: 0)
    }
    let found = all.lazy.filter { $0.entryRoom?.id == room }.compactMap(\.entry)
      .filter { query.kinds.contains($0) }
    let (entries, hasMore) =
      switch query.range {
      case .newest: cut(found.reversed(), query)
      case .before(let id): cut(found.filter { $0.id < id }.reversed(), query)
      case .after(let id, let through): cut(found.filter { $0.id > id && $0.id <= through }, query)
      }
    let isBackward = if case .after = query.range { false } else { true }
    return HistoryPage(
      entries: isBackward ? entries.reversed() : entries, hasMore: hasMore, trimmedTo: trimmedTo[room] ?? 0)
  }

  /// The first entries, as many as the query's bounds allow, and whether there are more.
  private func cut(_ entries: some Sequence<Entry>, _ query: HistoryQuery) -> ([Entry], hasMore: Bool) {
    var page: [Entry] = []
    var bytes = 0
    for entry in entries {
      if page.count == query.limit || (bytes > query.byteLimit && !page.isEmpty) { return (page, true) }
      page.append(entry)
      bytes += entry.textBytes
    }
    return (page, false)
  }
}

extension HistoryQuery {
  /// Of an entry of one of several rooms; false if the query is none that may be asked of them.
  fileprivate func contains(_ entry: Entry) -> Bool {
    guard case .after(let id, let through) = range else { return false }
    return kinds.contains(entry) && entry.id > id && entry.id <= through
  }
}

extension Event {
  package var message: Message? {
    if case .message(let message, in: _, _, _) = kind { message } else { nil }
  }

  package var topic: Topic? {
    if case .topic(let change) = kind { change.topic } else { nil }
  }

  package var entry: Entry? {
    switch kind {
    case .message(let message, in: _, _, _): .message(message)
    case .topic(let change): .topic(change.stored)
    case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: nil
    }
  }

  package var entryTime: Timestamp? { message?.time ?? topic?.time }

  /// Where an entry was made.
  package var entryRoom: (id: RoomID, name: RoomName)? {
    switch kind {
    case .message(let message, in: let id, _, _): (try? RoomName(message.room)).map { (id, $0) }
    case .topic(let change): (change.room, change.name)
    case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: nil
    }
  }
}

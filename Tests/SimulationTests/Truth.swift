import ChatCore
import LineProtocol

/// What happened, in the order in which it was decided, and what clients were told of what they said: what a
/// run is judged by.
final class Truth {
  /// An entry of a room.
  struct Item {
    let id: MessageID
    let user: String
    let text: String
    let isTopic: Bool
    /// It is on disk, but its outcome was unknown: it is shown to nobody, and replays and pages give it.
    fileprivate(set) var isHidden: Bool
  }

  /// What a client was told of something that it said.
  enum Outcome: Equatable {
    case stored(MessageID, user: String)
    case refused
    /// It was told so, or it lost its connection before.
    case unknown
  }

  private struct Saying {
    let room: String
    let text: String
    var outcomes: [Outcome] = []
  }

  /// A session was not in a room, which it had left, when these entries were made.
  private struct Absence {
    let room: String
    let after: MessageID
    var through: MessageID?
  }

  private var rooms: [String: [Item]] = [:]
  private var ids: [MessageID: (room: String, item: Item)] = [:]
  private var tokens: [String: [MessageID]] = [:]
  private var sayings: [String: Saying] = [:]
  private var entered: [SessionID: [(room: String, newest: MessageID)]] = [:]
  /// Those that have ended, of this life of the server.
  private var ended: Set<SessionID> = []
  private var absences: [SessionID: [Absence]] = [:]
  private var trimmed: [String: MessageID] = [:]
  private(set) var newest: MessageID = 0
  /// The newest that was published. What is stored and not published is known to nobody.
  private(set) var newestPublished: MessageID = 0
  private(set) var failures: [String] = []

  func fail(_ text: @autoclosure () -> String) {
    if failures.count < 3 { failures.append(String(text().prefix(600))) }
  }

  // MARK: What is decided and stored

  /// `hidden`: what the same transaction stored though its outcome is unknown.
  func decided(_ events: [Event], hidden: [Event]) {
    for event in hidden { add(event, isHidden: true) }
    for event in events {
      if event.entryID != nil { add(event, isHidden: false) }
      switch event.kind {
      case .joined(let joining):
        entered[event.origin, default: []].append((joining.name.text, joining.newest))
        returned(event.origin, to: joining.name.text)
      case .parted(let parting):
        absences[event.origin, default: []].append(Absence(room: parting.name.text, after: newest))
      case .quit: ended.insert(event.origin)
      case .message, .repeated, .topic, .named, .opened, .closed, .renamed, .refused, .wanted: break
      }
    }
  }

  func hasEnded(_ session: SessionID?) -> Bool { session.map(ended.contains) ?? true }

  private func returned(_ session: SessionID, to room: String) {
    let open = absences[session]?.lastIndex { $0.room == room && $0.through == nil }
    if let open { absences[session]?[open].through = newest }
  }

  /// Whether the entry was made while the session was not in the room, between a time that it left it and the
  /// next time that it entered it.
  func wasAbsent(_ session: SessionID?, from room: String, at id: MessageID) -> Bool {
    guard let session else { return false }
    return absences[session, default: []].contains {
      $0.room == room && id > $0.after && id <= $0.through ?? .max
    }
  }

  /// A server has been started on what the one before has left: what is on disk is shown like the rest.
  func restarted() {
    (entered, absences, ended) = ([:], [:], [])
    newestPublished = newest
    for (room, items) in rooms {
      for index in items.indices where items[index].isHidden {
        rooms[room]?[index].isHidden = false
        ids[items[index].id]?.item.isHidden = false
      }
    }
  }

  func published(_ batch: Batch) {
    newestPublished = batch.events.last { $0.entryID != nil }?.entryID ?? newestPublished
  }

  private func add(_ event: Event, isHidden: Bool) {
    let room: String
    let item: Item
    switch event.kind {
    case .message(let message, in: _, once: _, before: _):
      room = message.room
      item = Item(
        id: message.id, user: message.user, text: message.text, isTopic: false, isHidden: isHidden)
    case .topic(let change):
      room = change.name.text
      item = Item(
        id: change.id, user: change.topic.author, text: change.topic.text, isTopic: true, isHidden: isHidden)
    case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: return
    }
    if item.id <= newest { fail("\(item.id) was given after \(newest)") }
    newest = max(newest, item.id)
    rooms[room, default: []].append(item)
    ids[item.id] = (room, item)
    tokens[Self.token(of: item.text), default: []].append(item.id)
  }

  func trim(_ room: String, through id: MessageID) { trimmed[room] = max(trimmed[room] ?? 0, id) }

  /// Entries up to this were removed.
  func trimmed(in room: String) -> MessageID { trimmed[room] ?? 0 }

  /// The entries of a room, oldest first.
  func items(in room: String) -> [Item] { rooms[room] ?? [] }

  func item(_ id: MessageID, in room: String) -> Item? { ids[id].flatMap { $0.room == room ? $0.item : nil } }

  /// Those with `after` < id ≤ `through`.
  func items(in room: String, after: MessageID, through: MessageID = .max) -> ArraySlice<Item> {
    let all = rooms[room] ?? []
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].id <= after { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < all.count, all[end].id <= through { end += 1 }
    return all[low..<end]
  }

  /// Those in which something was said that is published: each list of rooms has them.
  var roomsToList: [String] {
    rooms.keys.sorted().filter { room in
      items(in: room, after: 0, through: newestPublished).contains { !$0.isHidden }
    }
  }

  /// `expected`: the rooms that were to be listed when the list was asked for.
  func checkRooms(_ listed: [String], _ expected: [String], _ who: @autoclosure () -> String) {
    let rooms = Set(listed)
    if rooms.count != listed.count { fail("\(who()): a room is listed twice: \(listed)") }
    let missing = expected.filter { !rooms.contains($0) }
    if !missing.isEmpty { fail("\(who()): \(missing) are missing in \(listed)") }
  }

  /// The newest entry that the room had when the session entered it; to be asked once for each time.
  func takeEntrance(of session: SessionID, into room: String) -> MessageID? {
    guard let index = entered[session]?.firstIndex(where: { $0.room == room }) else { return nil }
    return entered[session]?.remove(at: index).newest
  }

  // MARK: What clients say

  /// Every text begins with a word that no other has.
  static func token(of text: String) -> String {
    String(text.prefix { $0 != " " && $0 != "\n" })
  }

  func says(_ text: String, in room: String) {
    let token = Self.token(of: text)
    if sayings[token] == nil { sayings[token] = Saying(room: room, text: text) }
  }

  func told(_ outcome: Outcome, of text: String) { sayings[Self.token(of: text)]?.outcomes.append(outcome) }

  /// The one entry that was made of a text, where there is one.
  func id(of text: String) -> MessageID? { tokens[Self.token(of: text)]?.last }

  func checkSayings() {
    for token in tokens.keys where sayings[token] == nil { fail("nobody has said \(token)") }
    for (token, saying) in sayings.sorted(by: { $0.key < $1.key }) {
      let stored = tokens[token] ?? []
      if stored.count > 1 { fail("\(token) is stored \(stored.count) times: \(stored)") }
      for id in stored {
        guard let item = item(id, in: saying.room) else {
          fail("\(token) is not stored in \(saying.room)")
          continue
        }
        if item.text != saying.text { fail("\(token) is stored with another text") }
      }
      for outcome in saying.outcomes {
        guard case .stored(let id, let user) = outcome else { continue }
        if stored != [id] { fail("\(token) was acknowledged as \(id), and stored as \(stored)") }
        if let item = item(id, in: saying.room), item.user.lowercased() != user.lowercased() {
          fail("\(token) is stored as \(item.user)'s, who said it is \(user)")
        }
      }
      if !stored.isEmpty, !saying.outcomes.contains(where: { $0 != .refused }) {
        fail("\(token) was refused, and is stored: \(stored)")
      }
    }
  }
}

import ChatCore
import LineProtocol
import Testing

/// What every log does, whatever it keeps entries in.
@Suite(.timeLimit(.minutes(5))) struct EventLogConformance {
  /// Rooms by turns; a topic now and then; texts of many lengths.
  private static let sayings = (1...60).map { (number: Int64) -> Saying in
    let text = String(repeating: "x", count: Int(number % 7) * 10 + 1)
    return number % 5 == 4 ? .topic(text, room: 1 + number % 2) : .message(text, room: 1 + number % 2)
  }

  @Test(arguments: LogKind.allCases) func idsRiseWithoutHoles(_ kind: LogKind) async throws {
    let log = try kind.make()
    #expect(log.log.applied == 0 && log.log.tail == 0)
    var events = try await log.say(.message("a"), .topic("b"), .message("c", room: 2))
    // What was said before and what is refused get no id.
    events += try await log.say(
      .message("d", once: "r"), .message("d", once: "r"), .message("other", once: "r"), .message("e"))
    #expect(events.compactMap(\.entryID) == [1, 2, 3, 4, 5])
    #expect(log.log.applied == 5 && log.log.tail == 5 && log.log.isHealthy)
    let rooms = try log.reopen()
    #expect(rooms.map(\.name.text) == ["room1", "room2"] && rooms.map(\.newest) == [5, 3])
    #expect(rooms.map(\.topic?.text) == ["b", nil])
    #expect(log.log.applied == 5 && log.log.tail == 5)
    #expect(try await log.say(.message("f", room: 2)).map(\.entryID) == [6])
    #expect(log.stop())
  }

  @Test(arguments: LogKind.allCases) func pagesInAllDirections(_ kind: LogKind) async throws {
    let log = try kind.make()
    let entries = try await log.say(Self.sayings, at: 1_000).compactMap(\.stored)
    #expect(entries.map(\.entry.id) == Array(1...60))
    for isAgain in [false, true] {
      if isAgain { _ = try log.reopen() }
      for query in Self.queries() {
        let page = try await log.log.read(query)
        let (expected, hasMore) = Self.page(of: entries, query)
        #expect(page.entries == expected && page.hasMore == hasMore && page.trimmedTo == 0, "\(query)")
      }
    }
    #expect(log.stop())
  }

  private static func queries() -> [HistoryQuery] {
    let ranges: [HistoryQuery.Range] = [
      .newest, .before(.max), .before(31), .before(30), .before(2), .before(1), .after(0), .after(29),
      .after(59), .after(60), .after(.max), .after(10, through: 20), .after(10, through: 10),
      .after(20, through: 10),
    ]
    // Of more rooms than are asked for at once, one of the last has something.
    let many = (3...100).map { RoomID($0) } + [RoomID(2)]
    let rooms: [HistoryQuery.Rooms] = [
      .one(RoomID(1)), .one(RoomID(2)), .one(RoomID(3)), .several([RoomID(2), RoomID(3), RoomID(1)]),
      .several([RoomID(1)]), .several([]), .several(many), .all,
    ]
    var queries: [HistoryQuery] = []
    for range in ranges {
      for room in rooms {
        for kinds in HistoryQuery.Kinds.allCases {
          for (limit, bytes) in [(1, 1_000), (7, 1_000), (1_000, 10_000), (1_000, 0), (1_000, 100)] {
            queries.append(HistoryQuery(room, range, kinds: kinds, limit: limit, byteLimit: bytes))
          }
        }
      }
    }
    return queries
  }

  /// The page as it is to be, oldest first, and whether there is more in its direction.
  private static func page(
    of all: [(room: RoomID, entry: Entry)], _ query: HistoryQuery
  ) -> (entries: [Entry], hasMore: Bool) {
    var wanted = all.filter { query.kinds.contains($0.entry) && query.rooms.contains($0.room) }.map(\.entry)
    let isBackward: Bool
    switch query.range {
    case .newest: isBackward = true
    case .before(let id):
      isBackward = true
      wanted.removeAll { $0.id >= id }
    case .after(let id, let through):
      isBackward = false
      wanted.removeAll { $0.id <= id || $0.id > through }
    }
    // Several rooms are read forward only.
    if isBackward, query.room == nil { return ([], false) }
    if isBackward { wanted.reverse() }
    var count = 0
    var bytes = 0
    while count < min(query.limit, wanted.count), bytes <= query.byteLimit {
      bytes += wanted[count].textBytes
      count += 1
    }
    let entries = Array(wanted.prefix(count))
    return (isBackward ? entries.reversed() : entries, count < wanted.count)
  }

  @Test(arguments: LogKind.allCases) func timesNeverFall(_ kind: LogKind) async throws {
    let log = try kind.make()
    var times: [Int64] = []
    for now: Int64 in [5_000, 3_000, 6_000, 6_000] {
      times += try await log.say(.message("x"), .topic("y"), at: now).compactMap(\.stored?.entry.time)
    }
    _ = try log.reopen()
    for now: Int64 in [1_000, 7_000] {
      times += try await log.say(.message("x"), at: now).compactMap(\.stored?.entry.time)
    }
    #expect(times == [5_000, 5_000, 5_000, 5_000, 6_000, 6_000, 6_000, 6_000, 6_000, 7_000])
    let page = try await log.log.read(HistoryQuery(room: RoomID(1), .newest, kinds: .all, limit: 100))
    #expect(page.entries.map(\.time) == times)
    #expect(log.stop())
  }

  @Test(arguments: LogKind.allCases) func aReferenceIsAnsweredWithTheFirstMessage(_ kind: LogKind)
    async throws
  {
    let log = try kind.make()
    // A nick is the same whatever the case of its letters.
    let sayings: [Saying] = [
      .message("a", once: "r"), .message("a", by: "bob", once: "r"), .message("a", by: "Alice", once: "r"),
      .message("b", once: "r"),
      .message("a", .notice, once: "r"), .message("a", room: 2, once: "r"),
    ]
    let day: Int64 = 24 * 3_600_000
    let first = try await log.say(sayings, at: 1_000)
    let used: [ErrorCode?] = [nil, nil, nil, .referenceUsed, .referenceUsed, .referenceUsed]
    #expect(first.map(\.failure) == used && first.compactMap(\.entryID) == [1, 2])
    for isAgain in [false, true] {
      if isAgain { _ = try log.reopen() }
      let next = try await log.say(sayings, at: 1_000 + day - 1)
      #expect(next.map(\.failure) == used && next.allSatisfy { $0.entryID == nil })
      let messages = LogFixture.messages(next)
      #expect(messages.map(\.id) == [1, 2, 1])
      #expect(messages.allSatisfy { $0.time.milliseconds == 1_000 })
    }
    let later = try await log.say(.message("b", once: "r"), at: 1_000 + day)
    #expect(later.map(\.entryID) == [3])
    #expect(log.stop())
  }

  @Test(arguments: LogKind.allCases) func whatIsNotStoredLeavesNoTrace(_ kind: LogKind) async throws {
    let log = try kind.make()
    _ = try await log.say(.message("a"))
    try log.fail(.notStored)
    let lost = try await log.say(
      .message("lost", once: "r"), .topic("lost"), .message("lost", room: 2), at: 9_000)
    #expect(lost.map(\.failure) == [.notStored, .notStored, .notStored])
    #expect(log.log.applied == 1 && log.log.tail == 1)
    try log.heal()
    let next = try await log.say(.message("b", room: 3), .message("c", once: "r"), at: 2_000)
    #expect(next.map(\.entryID) == [2, 3] && next.map(\.stored?.entry.time) == [2_000, 2_000])
    #expect(log.log.applied == 3 && log.log.tail == 3)
    #expect(try await texts(log) == ["a", "b", "c"])
    let rooms = try log.reopen()
    #expect(rooms.map(\.name.text) == ["room1", "room3"] && rooms.map(\.topic?.text) == [nil, nil])
    #expect(try await texts(log) == ["a", "b", "c"])
    #expect(log.stop())
  }

  /// An id that somebody may have seen is not given again.
  @Test(arguments: LogKind.allCases) func anUnknownOutcomeConsumesIDs(_ kind: LogKind) async throws {
    let log = try kind.make()
    _ = try await log.say(.message("a"))
    try log.fail(.outcomeUnknown)
    let lost = try await log.say(.message("lost"), .topic("lost"), .message("lost", room: 2), at: 9_000)
    #expect(lost.map(\.failure) == [.outcomeUnknown, .outcomeUnknown, .outcomeUnknown])
    // On disk is what was there before.
    #expect(log.log.applied == 1 && log.log.tail == 4)
    #expect(log.log.isLost(2) && log.log.isLost(4) && !log.log.isLost(1) && !log.log.isLost(5))
    #expect(try await texts(log) == ["a"])
    try log.heal()
    let next = try await log.say(.message("b", room: 3), .message("c", room: 2), at: 2_000)
    #expect(next.map(\.entryID) == [5, 6] && next.map(\.stored?.entry.time) == [9_000, 9_000])
    // The room that may have been stored keeps its number.
    #expect(next.map(\.stored?.room) == [RoomID(3), RoomID(2)])
    #expect(log.log.applied == 6 && log.log.tail == 6)
    #expect(!log.log.isLost(4) && !log.log.isLost(7))
    #expect(try await texts(log) == ["a", "b", "c"])
    _ = try log.reopen()
    #expect(try await texts(log) == ["a", "b", "c"] && log.log.tail == 6)
    #expect(log.stop())
  }

  /// All messages, oldest first.
  private func texts(_ log: any LogUnderTest) async throws -> [String] {
    try await log.log.read(HistoryQuery(room: nil, .after(0), limit: 1_000)).messages.map(\.text)
  }
}

extension HistoryQuery.Rooms {
  fileprivate func contains(_ room: RoomID) -> Bool {
    switch self {
    case .one(let only): only == room
    case .several(let rooms): rooms.contains(room)
    case .all: true
    }
  }
}

extension Event {
  /// Where it was stored, and as what; nil for what is no entry.
  fileprivate var stored: (room: RoomID, entry: Entry)? {
    switch kind {
    case .message(let message, in: let room, once: _, before: _):
      (room, .message(message))
    case .topic(let change): (change.room, .topic(change.stored))
    case .repeated, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .refused, .wanted: nil
    }
  }
}

extension Entry {
  fileprivate var time: Int64 {
    switch self {
    case .message(let message): message.time.milliseconds
    case .topic(let topic): topic.topic.time.milliseconds
    }
  }
}

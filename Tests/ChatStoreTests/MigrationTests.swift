import ChatCore
import LineProtocol
import Testing

@testable import ChatStore

/// Databases of earlier versions, as their servers have made them. Their statements never change: such files
/// are out there.
@Suite(.timeLimit(.minutes(5))) struct MigrationTests {
  private let fixture = LogFixture()

  private static let version2 = """
    CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, topic TEXT, topic_author TEXT,
      topic_time INTEGER, trimmed_to INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, room INTEGER NOT NULL, time INTEGER NOT NULL, user TEXT NOT NULL,
      kind INTEGER NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL);
    CREATE TABLE room_messages (room INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (room, id)) WITHOUT ROWID;
    CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    CREATE VIEW history AS
      SELECT messages.id, rooms.name AS room, strftime('%Y-%m-%dT%H:%M:%S', time / 1000, 'unixepoch')
        || printf('.%03dZ', time % 1000) AS time, user, role, text
      FROM messages JOIN rooms ON rooms.id = messages.room ORDER BY messages.id;
    CREATE TABLE refs (user TEXT NOT NULL, reference TEXT NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL,
      PRIMARY KEY (user, reference)) WITHOUT ROWID;
    CREATE INDEX refs_by_id ON refs (id);
    INSERT INTO state VALUES ('last_id', 9), ('indexed_to', 5), ('unsynced', 0);
    INSERT INTO rooms VALUES (1, 'Room1', 'tea', 'bob', 900, 2);
    INSERT INTO messages VALUES (5, 1, 1000, 'alice', 0, 'user', 'a'), (7, 1, 1000, 'alice', 1, 'user', 'b'),
      (9, 1, 1000, 'bob', 0, 'user', 'c');
    INSERT INTO room_messages VALUES (1, 5);
    INSERT INTO refs VALUES ('alice', 'trimmed', 2, 1000), ('alice', 'r5', 5, 1000), ('alice', 'r7', 7, 1000),
      ('bob', 'r9', 9, -86399000), ('bob', 'odd', -3, 1000), ('bob', 'odder', 'x', 'y');
    PRAGMA application_id = 0x4C6E4368;
    PRAGMA user_version = 2;
    """

  private func make() throws { try Database(path: fixture.path, .readWrite).execute(Self.version2) }

  @Test func referencesAreCarriedOver() async throws {
    try make()
    let log = try fixture.open()
    try fixture.append([
      .message("a", once: "r5"), .message("a", .notice, once: "r5"), .message("other", once: "r5"),
      .message("b", .notice, once: "r7"), .message("b", once: "r7"),
      // Of what was removed nothing is known.
      .message("whatever", once: "trimmed"),
      // A day ago to the millisecond.
      .message("c", by: "bob", once: "r9"), .message("d", by: "bob", once: "odd"),
    ])
    let events = await fixture.published(8)
    let used = ErrorCode.referenceUsed
    #expect(events.map(\.failure) == [nil, used, used, nil, used, nil, nil, nil])
    #expect(events.map(\.isRepeat) == [true, false, false, true, false, true, false, false])
    #expect(LogFixture.messages(events).map(\.id) == [5, 7, 2, 10, 11])
    #expect(log.stop())
  }

  @Test func messagesAndTopicsStay() async throws {
    try make()
    for _ in 0..<2 {
      let log = try fixture.open()
      #expect(log.repairs == [] && log.applied == 9)
      #expect(log.rooms.map(\.topic?.text) == ["tea"])
      #expect(try await LogFixture.texts(log) == ["a", "b", "c"])
      #expect(log.stop())
    }
    let database = try Database(path: fixture.path, .readOnly)
    #expect(try database.number("PRAGMA user_version") == Schema.version)
    #expect(try database.number("SELECT count(*) FROM history") == 3)
    #expect(try database.number("SELECT count(*) FROM room_changes") == 0)
  }
}

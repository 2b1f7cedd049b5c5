import ChatCore
import LineProtocol

/// Which references were used, by whom, for which message. Confined to the writer thread; part of its
/// transactions, so a reference is on disk exactly when its message is.
///
/// A message is compared by a digest that is kept here, so it may have been removed from history meanwhile.
final class References {
  /// How long a reference counts, in milliseconds, and for how many ids after its own. Both are exclusive,
  /// and judged by the place of the new message alone: whether the row is purged by then makes no difference.
  static let lifetime: Int64 = 24 * 3_600_000
  /// Ids jump after an unclean end of a run; those who send again after it are still recognised.
  ///
  /// Each new key changes a page anywhere in the index, and so does each one that is purged. With a million
  /// rows a message with a reference takes 1.2 times the processor time of one without where it is alone in
  /// its commit, and 2.7 times among 64; with ten times as many rows it is 1.5 and 3.8 times.
  static let reach: Int64 = StoredState.jump + 1_000_000
  /// Rows that one step purges at most. There is a step for half as many new rows, so the table does not grow
  /// behind the purge.
  static let purgeStep = 512

  private let find: Statement
  private let insert: Statement
  private let oldest: Statement
  private let purge: Statement
  private var insertedSincePurge = purgeStep

  init(_ database: Database) throws(SQLError) {
    find = try database.prepare("SELECT id, time, digest FROM refs WHERE key = ?1")
    insert = try database.prepare(
      "INSERT OR REPLACE INTO refs (id, time, key, digest) VALUES (?1, ?2, ?3, ?4)")
    oldest = try database.prepare("SELECT id, time FROM refs ORDER BY id LIMIT ?1")
    purge = try database.prepare("DELETE FROM refs WHERE id <= ?1")
  }

  func use(
    of reference: MessageReference, by user: Nick, for said: Utterance, at place: Place
  ) throws(SQLError) -> ReferenceUse {
    find.bind(1, Self.key(reference.text, of: user.text))
    defer { find.reset() }
    guard try find.step() else { return .unused }
    let (id, time) = (find.id(0), Timestamp(milliseconds: find.int(1)))
    guard Self.counts(id, time, at: place) else { return .unused }
    // Of a message that was gone before digests were kept nothing is known; it was most likely the same.
    let digest = Self.digest(room: said.room.text, kind: said.kind.rawValue, text: said.text.string)
    if let first = find.digest(2), first != digest { return .different }
    return .same(id: id, time: time)
  }

  /// `new` has its id and time.
  func remember(_ reference: MessageReference, _ new: Message) throws(SQLError) {
    try insert(
      id: new.id, time: new.time.milliseconds, key: Self.key(reference.text, of: new.user),
      digest: Self.digest(new))
    insertedSincePurge += 1
  }

  /// `digest`: nil where nothing is known of the message any more.
  func insert(id: MessageID, time: Int64, key: Digest128, digest: Digest128?) throws(SQLError) {
    insert.bind(1, id)
    insert.bind(2, time)
    insert.bind(3, key)
    if let digest { insert.bind(4, digest) } else { insert.bindNull(4) }
    try insert.run()
  }

  /// Takes away a step of what does not count at `place` any more. To be called in a transaction.
  func purgeIfDue(at place: Place) throws(SQLError) {
    if insertedSincePurge < Self.purgeStep / 2 { return }
    insertedSincePurge = 0
    oldest.bind(1, Int64(Self.purgeStep))
    var last: MessageID?
    // Times rise with ids, so the first that counts ends the step.
    while try oldest.step(), !Self.counts(oldest.id(0), Timestamp(milliseconds: oldest.int(1)), at: place) {
      last = oldest.id(0)
    }
    oldest.reset()
    guard let last else { return }
    purge.bind(1, last)
    try purge.run()
  }

  /// Whether a reference of this id and time, which come from disk, counts at `place`.
  private static func counts(_ id: MessageID, _ time: Timestamp, at place: Place) -> Bool {
    StoredState.ids.contains(id) && place.id - id < reach
      && place.time.milliseconds - time.milliseconds < lifetime
  }

  /// What a reference is found by. Neither a name nor a reference has a NUL.
  static func key(_ reference: String, of user: String) -> Digest128 {
    var hash = SHA256()
    hash.update(Nick.key(of: user))
    hash.update(0)
    hash.update(reference)
    return Digest128(hash)
  }

  /// What two messages with one reference are compared by.
  static func digest(_ message: Message) -> Digest128 {
    digest(room: message.room, kind: message.kind.rawValue, text: message.text)
  }

  static func digest(room: String, kind: Int, text: String) -> Digest128 {
    var hash = SHA256()
    hash.update(RoomName.key(of: room))
    hash.update(0)
    hash.update(UInt8(truncatingIfNeeded: kind))
    hash.update(text)
    return Digest128(hash)
  }
}

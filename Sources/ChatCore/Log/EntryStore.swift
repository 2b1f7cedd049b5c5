package import LineProtocol

/// Keeps entries, and knows nothing of what they mean. Confined to the thread of the ``Applier``.
package protocol EntryStore: AnyObject {
  /// The id of the last entry; what was taken back counts if it is unknown whether it was stored.
  var lastID: MessageID { get }
  /// The time of the last entry, before which none may come.
  var lastTime: Timestamp { get }

  /// Runs `body`, and commits what it has written. A body that writes nothing touches no disk. When an error
  /// is thrown, by the body or by the commit, nothing is stored; but after
  /// ``LogError/outcomeUnknown(reason:)`` it may be.
  func transaction(_ body: () throws(LogError) -> Void) throws(LogError)

  /// How the utterance's reference was used before by `user`. To be called in a transaction.
  func use(of reference: MessageReference, by user: Nick, for said: Utterance, at place: Place)
    throws(LogError)
    -> ReferenceUse

  /// Writes an event that is an entry; others are ignored. To be called in a transaction.
  func write(_ event: Event) throws(LogError)

  /// What is to be done between two transactions: to be called after each, and when ``waitMilliseconds`` are
  /// over.
  func maintain(isIdle: Bool)
  /// How long nothing need be done; nil: until the next transaction.
  var waitMilliseconds: Int? { get }

  /// No transaction follows.
  func finish()
}

/// What an earlier use of a message's reference means for it: what is on disk and a decision needs.
package enum ReferenceUse: Sendable, Equatable {
  case unused
  /// It was this message: its id and time.
  case same(id: MessageID, time: Timestamp)
  /// It was another message.
  case different
}

/// A room as it is found on disk at start.
package struct StoredRoom: Sendable, Equatable {
  package let id: RoomID
  package let name: RoomName
  package let topic: Topic?
  /// The id of its newest entry, also when that was removed since; 0 if there never was one.
  package let newest: MessageID

  package init(id: RoomID, name: RoomName, topic: Topic?, newest: MessageID = 0) {
    self.id = id
    self.name = name
    self.topic = topic
    self.newest = newest
  }
}

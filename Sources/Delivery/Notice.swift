public import ChatCore

/// What the members of a room are shown besides messages.
public enum Notice: Sendable {
  case joined(room: String, nick: String)
  case parted(room: String, nick: String, reason: String?)
  /// Shown once to each session that shares a room with who left, in formats for which ``EventFormat/quitsPerRoom`` is false.
  case quit(nick: String, reason: String)
  /// Shown in formats for which ``EventFormat/renamesPerRoom`` is false.
  case renamed(from: String, to: String)
  case topic(StoredTopic)
}

/// A stored message, as every door shows it.
public struct Message: Hashable, Sendable {
  /// What sort of utterance it is. The raw value is what the log stores.
  public enum Kind: Int, CaseIterable, Sendable {
    /// Something said.
    case message = 0
    /// Something said that no program may answer (IRC's NOTICE).
    case notice = 1
    /// Something done: `/me waves`.
    case action = 2

    /// `message`, `notice` or `action`.
    public var name: String {
      switch self {
      case .message: "message"
      case .notice: "notice"
      case .action: "action"
      }
    }
  }

  /// Who speaks. The raw value, also `name`, is what the log stores and what HTTP shows.
  public enum Role: String, CaseIterable, Sendable {
    /// A person, or a program that speaks for one.
    case user
    /// An agent of the server.
    case ai

    /// `user` or `ai`.
    public var name: String { rawValue }
  }

  /// The place in the log: rises over all rooms, so a room's ids are not consecutive.
  public var id: MessageID
  /// The room's name as first written, without `#`.
  public let room: String
  /// The name of the speaker.
  public let user: String
  /// The text, checked as `MessageText`.
  public let text: String
  /// What sort of utterance it is.
  public let kind: Kind
  /// Who speaks.
  public let role: Role
  /// When the server took it.
  public var time: Timestamp

  /// A message of these parts.
  public init(
    id: MessageID, room: String, user: String, text: String, kind: Kind = .message, role: Role = .user,
    time: Timestamp
  ) {
    self.id = id
    self.room = room
    self.user = user
    self.text = text
    self.kind = kind
    self.role = role
    self.time = time
  }
}

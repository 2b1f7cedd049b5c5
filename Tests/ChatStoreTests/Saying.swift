import ChatCore
import LineProtocol

/// What somebody says to a log. Room n is called `room<n>`.
struct Saying {
  private enum Content {
    case message(Message.Kind, once: String?)
    case topic
  }

  private let text: String
  private let room: String
  private let user: String
  private let content: Content

  static func message(
    _ text: String, room: Int64 = 1, by user: String = "alice", _ kind: Message.Kind = .message,
    once reference: String? = nil
  ) -> Saying {
    Saying(text: text, room: "room\(room)", user: user, content: .message(kind, once: reference))
  }

  static func topic(_ text: String, room: Int64 = 1) -> Saying { topic(text, in: "room\(room)") }

  static func topic(_ text: String, in room: String) -> Saying {
    Saying(text: text, room: room, user: "bob", content: .topic)
  }

  /// The requests by which `session`, which is nobody before, says it and goes. One of them has an outcome
  /// that ``LogFixture/published(_:)`` counts.
  func requests(by session: SessionID) throws -> [Request] {
    let (room, user) = (try RoomName(room), try Nick(user))
    let said: Request.Action
    switch content {
    case .message(let kind, let reference):
      let (text, once) = (
        try MessageText(text), try reference.map { text throws in try MessageReference(text) }
      )
      if kind == .message { return [Request(session, .post(room, text, as: user, .user, once: once))] }
      said = .publish(room, text, kind, once: once)
    case .topic: said = .setTopic(room, text)
    }
    return [.enter(user, room, after: nil), said, .end(reason: "")].map { Request(session, $0) }
  }
}

extension Event {
  /// Something new was said and is stored.
  var isNewMessage: Bool { if case .message = kind { true } else { false } }
  var isRepeat: Bool { if case .repeated = kind { true } else { false } }

  /// Why nothing came of it.
  var failure: ErrorCode? { if case .refused(let refusal) = kind { refusal.error.code } else { nil } }
  var isLost: Bool { failure == .notStored || failure == .outcomeUnknown }

  var joining: Joining? { if case .joined(let joining) = kind { joining } else { nil } }

  /// What it is to whoever said something: that it is stored, was before, or is not. Coming and going have no
  /// part in it.
  var isOutcome: Bool {
    switch kind {
    case .message, .topic, .repeated, .refused: true
    case .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted: false
    }
  }
}

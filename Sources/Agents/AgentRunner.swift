package import ChatCore
package import LineProtocol

/// Lets an agent take part: reads the bus, asks the agent, posts its answers.
package struct AgentRunner: Sendable {
  /// Where an agent is heard and answers.
  package enum Rooms: Sendable, Equatable {
    case all
    case named(Set<RoomName>)

    /// `room`: the name of a room that is there. Asked for every message on the thread that publishes it, so
    /// nothing is parsed.
    func contains(_ room: String) -> Bool {
      switch self {
      case .all: true
      case .named(let names): names.contains { $0.isWritten(room) }
      }
    }
  }

  /// Rooms are divided among so many lanes. One message of a lane is answered before the next of it is read:
  /// answers in a room come in the order of what they answer, and a slow one holds up only a part of the
  /// other rooms.
  private static let laneCount = 8

  private let agent: any Agent
  private let name: Nick
  private let answersInARow: @Sendable () -> Bool
  private let lanes: [Subscription]
  private let post: Post
  private let failed: @Sendable (String) -> Void

  /// Publishes with the role `ai`, once for a reference, and returns when the answer is stored.
  package typealias Post = @Sendable (RoomName, MessageText, Nick, MessageReference) async throws -> Message

  /// - Parameters:
  ///   - answersInARow: Whether each message is answered, also when others were said before the answer to an
  ///     earlier one came; if not, somebody speaks between any two answers in a room.
  ///   - failed: Is told why an answer could not be posted.
  package init(
    _ agent: any Agent, named name: Nick, in rooms: Rooms, bus: any EventBus,
    answersInARow: @escaping @Sendable () -> Bool,
    post: @escaping Post,
    failed: @escaping @Sendable (String) -> Void
  ) {
    self.agent = agent
    self.name = name
    self.answersInARow = answersInARow
    self.post = post
    self.failed = failed
    // Agents never answer agents: two of them would not stop. Nor does a program answer a notice (RFC 2812
    // §3.3.2).
    lanes = (0..<Self.laneCount).map { lane in
      bus.subscribe {
        $0.role == .user && $0.kind != .notice && rooms.contains($0.room) && Self.lane(of: $0.room) == lane
      }
    }
  }

  /// The lane of a room, by its name as first written.
  static func lane(of room: String) -> Int {
    Int(room.utf8.reduce(0 as UInt32) { $0 &* 31 &+ UInt32($1) } % UInt32(laneCount))
  }

  /// Runs until the task is cancelled.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for lane in lanes { group.addTask { await answer(lane) } }
    }
  }

  private func answer(_ lane: Subscription) async {
    var turns = Turns()
    for await message in lane {
      if !answersInARow(), !turns.isAfterLastAnswer(message) { continue }
      guard let answer = await agent.answer(to: message) else { continue }
      do {
        // Whoever answers the same message again, also after a restart, says nothing twice.
        let reference = try MessageReference("agent:\(message.id)")
        let stored = try await post(RoomName(message.room), MessageText(shortened(answer)), name, reference)
        turns.note(stored, to: message)
      } catch {
        failed("the answer to message \(message.id) was not sent: \(error)")
      }
    }
  }

  /// A quoted text can make an answer longer than a text may be.
  private func shortened(_ answer: String) -> String {
    if answer.utf8.count <= Limits.text { return answer }
    var cut = answer[...]
    while cut.utf8.count > Limits.text - 3 { cut.removeLast() }
    return cut + "…"
  }
}

/// Something that reads rooms and answers in them.
package protocol Agent: Sendable {
  /// The answer to a message of a user, nil for none. Never called for what an agent said.
  func answer(to message: Message) async -> String?
}

/// Which messages were said after the agent's last answer in their room. Messages are looked at in the order
/// of their ids.
struct Turns {
  /// The id of the last answer in each room, where it is ahead of what is being looked at.
  private var lastAnswers: [String: MessageID] = [:]
  /// Beyond so many rooms those are left out that no later message is behind.
  private var bound = 64

  /// Whether it was said after the last answer in its room.
  func isAfterLastAnswer(_ message: Message) -> Bool { message.id > lastAnswers[message.room] ?? 0 }

  mutating func note(_ answer: Message, to message: Message) {
    lastAnswers[answer.room] = answer.id
    if lastAnswers.count > bound {
      lastAnswers = lastAnswers.filter { $0.value > message.id }
      bound = max(64, 2 * lastAnswers.count)
    }
  }
}

package import ChatCore
package import LineProtocol

/// Lets an agent take part: reads the bus, asks the agent, posts its answers.
package struct AgentRunner: Sendable {
  /// Where an agent is heard and answers.
  package enum Rooms: Sendable, Equatable {
    case all
    case named(Set<RoomName>)

    func contains(_ room: String) -> Bool {
      switch self {
      case .all: true
      case .named(let names): (try? RoomName(room)).map(names.contains) ?? false
      }
    }
  }

  private let agent: any Agent
  private let name: Nick
  private let answersInARow: @Sendable () -> Bool
  private let subscription: Subscription
  private let post: @Sendable (RoomName, MessageText, Nick) async throws -> Message
  private let failed: @Sendable (String) -> Void

  /// - Parameters:
  ///   - answersInARow: Whether each message is answered, also when others were said before the answer to an earlier one came; if
  ///     not, somebody speaks between any two answers in a room.
  ///   - post: Publishes with the role `ai`, and returns when the answer is stored.
  ///   - failed: Is told why an answer could not be posted.
  package init(
    _ agent: any Agent, named name: Nick, in rooms: Rooms, bus: any EventBus,
    answersInARow: @escaping @Sendable () -> Bool,
    post: @escaping @Sendable (RoomName, MessageText, Nick) async throws -> Message,
    failed: @escaping @Sendable (String) -> Void
  ) {
    self.agent = agent
    self.name = name
    self.answersInARow = answersInARow
    self.post = post
    self.failed = failed
    // Agents never answer agents: two of them would not stop. Nor does a program answer a notice (RFC 2812 §3.3.2).
    subscription = bus.subscribe { $0.role == .user && $0.kind != .notice && rooms.contains($0.room) }
  }

  /// Runs until the task is cancelled. One message is answered before the next is read, so answers come in the order of what they
  /// answer.
  package func run() async {
    var turns = Turns()
    for await message in subscription {
      if !answersInARow(), !turns.isAfterLastAnswer(message) { continue }
      guard let answer = await agent.answer(to: message) else { continue }
      do {
        let stored = try await post(RoomName(message.room), MessageText(shortened(answer)), name)
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

import LineProtocol
import Testing

@testable import Agents

@Suite(.timeLimit(.minutes(5))) struct RuleAgentTests {
  private func answer(_ text: String, name: String = "mock-ai") async throws -> String? {
    let agent = RuleAgent(rules: try RuleAgent.defaultRules(), name: try Nick(name)) { "12:34:56" }
    let message = Message(
      id: 1, room: "default", user: "john", text: text, time: Timestamp(milliseconds: 0))
    return await agent.answer(to: message)
  }

  @Test(arguments: [
    ("hello", "Hello john! You said: \"hello\""),
    ("Well, HI there", "Hello john! You said: \"Well, HI there\""),
    ("yo!", "Hello john! You said: \"yo!\""), ("repeat: it all", "Repeating: it all"),
    ("Repeat:x", "Repeating: x"), ("what is the TIME", "It is 12:34:56."), ("ok, bye.", "Goodbye, john!"),
  ])
  func answers(_ text: String, _ expected: String) async throws {
    #expect(try await answer(text) == expected)
  }

  @Test(arguments: ["this", "timer", "goodbyes", "repeat:", "repeat", "they", "nothing"])
  func matchesWholeWordsOnly(_ text: String) async throws { #expect(try await answer(text) == nil) }

  @Test func theFirstRuleWins() async throws {
    #expect(try await answer("hi, what time is it?")?.hasPrefix("Hello john") == true)
    #expect(try await answer("what time is it?") == "It is 12:34:56.")
    #expect(try await answer("bye, mock-ai?")?.contains("automatic agent") == true)
    #expect(try await answer("bye?") == "Goodbye, john!")
  }

  @Test(arguments: [
    "mock-ai, why?", "why, Mock-AI?", "@mock-ai: are you there?", "is (mock-ai) a bot?", "mock-ai's?",
  ])
  func aQuestionThatNamesItIsAnswered(_ text: String) async throws {
    #expect(try await answer(text)?.contains("automatic agent") == true)
    #expect(try await answer(text, name: "other") == nil)
  }

  @Test(arguments: [
    "why?", "what is a mock-ais?", "mock-ai-2, why?", "amock-ai?", "émock-ai?", "mock ai?", "mock?",
    "mock-ai",
    "mock-ai is there", "is anybody here?",
  ])
  func otherQuestionsAreNot(_ text: String) async throws { #expect(try await answer(text) == nil) }

  @Test func somebodySpeaksBetweenTwoAnswers() {
    func message(_ id: MessageID, _ room: String) -> Message {
      Message(id: id, room: room, user: "john", text: "hello", time: Timestamp(milliseconds: 0))
    }
    var turns = Turns()
    #expect(turns.isAfterLastAnswer(message(1, "a")))
    turns.note(message(4, "a"), to: message(1, "a"))
    #expect(!turns.isAfterLastAnswer(message(2, "a")))
    #expect(turns.isAfterLastAnswer(message(3, "b")))
    #expect(turns.isAfterLastAnswer(message(5, "a")))
    // Of many rooms those are remembered in which messages may still be behind.
    for id in MessageID(10)..<10_000 {
      turns.note(message(id.advanced(by: 100), "\(id)"), to: message(id, "\(id)"))
    }
    #expect(!turns.isAfterLastAnswer(message(10_098, "9999")))
    #expect(!turns.isAfterLastAnswer(message(10_000, "9950")))
    #expect(turns.isAfterLastAnswer(message(10_100, "9999")))
  }

  @Test func bracesInATextAreNotPlaceholders() async throws {
    #expect(try await answer("repeat: {time} {user}") == "Repeating: {time} {user}")
  }

  @Test func aRuleThatCannotWorkIsNamed() {
    let faults: [(Rule.Condition, String)] = [
      (.words([]), "a"), (.words(["two words"]), "a"), (.words(["?"]), "a"), (.prefix(""), "a"),
      (.contains(""), "a"),
      (.words(["x"]), ""), (.words(["x"]), "{nobody}"),
    ]
    for (condition, answer) in faults {
      let error = #expect(throws: RuleError.self) {
        try Rule(name: "mine", condition: condition, answer: answer)
      }
      #expect(error?.description.hasPrefix("rule \"mine\": ") == true)
    }
  }
}

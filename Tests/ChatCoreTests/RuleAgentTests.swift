import LineProtocol
import Testing

@testable import ChatCore

struct RuleAgentTests {
  private func answer(_ text: String) async throws -> String? {
    let agent = RuleAgent(rules: try RuleAgent.defaultRules()) { "12:34:56" }
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
    #expect(try await answer("why?")?.contains("automatic agent") == true)
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

package import LineProtocol

/// Answers by a list of rules; the first that applies wins.
package struct RuleAgent: Agent {
  private let rules: [Rule]
  private let name: Nick
  private let timeOfDay: @Sendable () -> String

  /// `name` is the one under which it answers; `timeOfDay` gives what `{time}` stands for.
  package init(rules: [Rule], name: Nick, timeOfDay: @escaping @Sendable () -> String) {
    self.rules = rules
    self.name = name
    self.timeOfDay = timeOfDay
  }

  /// The rules of the service that LineChat grew out of; but a question is answered only if it names the
  /// agent, as people ask each other.
  package static func defaultRules() throws(RuleError) -> [Rule] {
    [
      try Rule(
        name: "greeting", condition: .words(["hello", "hi", "hey", "yo"]),
        answer: "Hello {user}! You said: \"{text}\""),
      try Rule(name: "repeat", condition: .prefix("repeat:"), answer: "Repeating: {rest}"),
      try Rule(name: "time", condition: .words(["time"]), answer: "It is {time}."),
      try Rule(
        name: "question", condition: .contains("?"), isNamed: true,
        answer: "I am an automatic agent with a few fixed rules; somebody else may know, {user}."),
      try Rule(name: "farewell", condition: .words(["bye"]), answer: "Goodbye, {user}!"),
    ]
  }

  package func answer(to message: Message) async -> String? {
    for rule in rules {
      guard let rest = rule.match(message.text, agent: name) else { continue }
      return Template.fill(rule.answer) { field in
        switch field {
        case "user": message.user
        case "room": message.room
        case "text": message.text
        case "rest": rest
        case "time": timeOfDay()
        default: nil
        }
      }
    }
    return nil
  }
}

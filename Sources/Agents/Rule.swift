import LineProtocol

/// One rule of a ``RuleAgent``: when it applies, and what is answered.
package struct Rule: Sendable, Equatable {
  package enum Condition: Sendable, Equatable {
    /// One of these stands in the text as a whole word, in any case.
    case words([String])
    /// The text begins with this, in any case, and something follows.
    case prefix(String)
    /// This stands anywhere in the text.
    case contains(String)
  }

  /// What an answer may have in braces.
  package static let placeholders = ["user", "room", "text", "rest", "time"]

  package let name: String
  package let condition: Condition
  /// The rule applies only to texts that also name the agent.
  package let isNamed: Bool
  /// Placeholders: `{user}` who is answered, `{room}`, `{text}` the whole text, `{rest}` what follows the
  /// prefix, `{time}` the time of day.
  package let answer: String

  /// Throws a sentence that names the rule if it can never work.
  package init(
    name: String, condition: Condition, isNamed: Bool = false, answer: String
  ) throws(RuleError) {
    self.name = name
    self.condition = condition
    self.isNamed = isNamed
    self.answer = answer
    try check()
  }

  private func check() throws(RuleError) {
    switch condition {
    case .words(let words):
      if words.isEmpty { throw RuleError(rule: name, reason: "words is empty") }
      for word in words where Words.of(word).count != 1 || Words.of(word)[0] != word.lowercased() {
        throw RuleError(rule: name, reason: "\"\(word)\" in words is not one word")
      }
    case .prefix(let prefix):
      if prefix.isEmpty { throw RuleError(rule: name, reason: "prefix is empty") }
    case .contains(let part):
      if part.isEmpty { throw RuleError(rule: name, reason: "contains is empty") }
    }
    if answer.isEmpty { throw RuleError(rule: name, reason: "answer is empty") }
    for field in Template.fields(of: answer) where !Self.placeholders.contains(field) {
      let known = Self.placeholders.map { "{\($0)}" }.joined(separator: " ")
      throw RuleError(rule: name, reason: "answer has {\(field)}, but only \(known) are known")
    }
  }

  /// nil if the rule does not apply to `text`; else what follows the prefix (the whole text where there is
  /// none). `agent`: the name under which the agent answers.
  func match(_ text: String, agent: Nick) -> String? {
    if isNamed, !Words.name(agent, in: text) { return nil }
    switch condition {
    case .words(let words):
      let spoken = Set(Words.of(text))
      return words.contains { spoken.contains($0.lowercased()) } ? text : nil
    case .prefix(let prefix):
      guard text.lowercased().hasPrefix(prefix.lowercased()) else { return nil }
      let rest = text.dropFirst(prefix.count).drop { $0.isWhitespace }
      return rest.isEmpty ? nil : String(rest)
    case .contains(let part):
      return text.contains(part) ? text : nil
    }
  }
}

/// A rule that cannot work, and why.
package struct RuleError: Error, Sendable, Equatable, CustomStringConvertible {
  package let rule: String
  package let reason: String
  package init(rule: String, reason: String) {
    self.rule = rule
    self.reason = reason
  }
  package var description: String { "rule \"\(rule)\": \(reason)" }
}

enum Words {
  /// The words of a text: runs of letters, digits and apostrophes, in lower case.
  static func of(_ text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "'") }.map { $0.lowercased() }
  }

  /// Whether the text names somebody: the nick stands in it, in any case, and is not a part of a longer one.
  static func name(_ nick: Nick, in text: String) -> Bool {
    let name = nick.text.lowercased()
    return text.lowercased().split { !isOfNick($0) }.contains { $0 == name }
  }

  /// The characters of a nick (docs/PROTOCOL.md), and other letters, which end no name.
  private static func isOfNick(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "-[]\\`_^{|}".contains(character)
  }
}

/// Text with placeholders in braces.
enum Template {
  /// The names in braces, in order.
  static func fields(of template: String) -> [String] {
    var fields: [String] = []
    walk(template, text: { _ in }, field: { fields.append(String($0)) })
    return fields
  }

  /// `template` with each placeholder replaced; `value` gives nil for a name that stays as it is.
  static func fill(_ template: String, _ value: (String) -> String?) -> String {
    var filled = ""
    walk(template, text: { filled += $0 }, field: { filled += value(String($0)) ?? "{\($0)}" })
    return filled
  }

  private static func walk(_ template: String, text: (Substring) -> Void, field: (Substring) -> Void) {
    var rest = template[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text(rest[..<open])
      field(rest[rest.index(after: open)..<close])
      rest = rest[rest.index(after: close)...]
    }
    text(rest)
  }
}

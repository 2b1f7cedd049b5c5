import HTTPProtocol
import LineProtocol

/// Reads the JSON that the server writes, in which the texts of a run need no more escapes than that of a
/// newline.
enum Scan {
  /// The objects that have an id, in order.
  static func messages(_ json: String) -> [Substring] {
    json.split(separator: "{\"id\":", omittingEmptySubsequences: false).dropFirst().map { $0 }
  }

  /// The names in a list of rooms.
  static func rooms(_ json: String) -> [String] {
    json.split(separator: "{\"room\":\"", omittingEmptySubsequences: false).dropFirst().map { room in
      String(room.prefix { $0 != "\"" })
    }
  }

  /// The number at the beginning.
  static func number(_ text: some StringProtocol) -> Int64? { Int64(text.prefix { $0.isNumber }) }

  static func number(_ name: String, _ json: some StringProtocol) -> Int64? {
    after("\"\(name)\":", json).flatMap { number($0) }
  }

  /// The id at the beginning.
  static func id(_ text: some StringProtocol) -> MessageID? { number(text).map { MessageID($0) } }

  static func id(_ name: String, _ json: some StringProtocol) -> MessageID? {
    number(name, json).map { MessageID($0) }
  }

  static func string(_ name: String, _ json: some StringProtocol) -> String? {
    guard let rest = after("\"\(name)\":\"", json) else { return nil }
    return unescaped(rest.prefix { $0 != "\"" })
  }

  private static func unescaped(_ text: Substring) -> String {
    text.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
  }

  static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }

  static func after(_ mark: String, _ text: some StringProtocol) -> Substring? {
    let parts = text.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? Substring(parts[1]) : nil
  }
}

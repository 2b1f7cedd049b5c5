/// A message within an IRC message: `\u{1}ACTION waves\u{1}` (modern.ircdocs.horse/ctcp).
public struct CTCP: Hashable, Sendable {
  /// The command in upper case: `ACTION`, `VERSION`.
  public let command: String
  /// What follows the command and one space; may be empty.
  public let text: String

  /// Recognises a CTCP message; nil when `parameter` is an ordinary text. The closing 0x01 may be missing, as
  /// some clients cut it off with the end of a long line.
  public init?(_ parameter: String) {
    let bytes = parameter.utf8.span
    guard bytes.count > 1, bytes[0] == ASCII.ctcp else { return nil }
    let end = bytes[bytes.count - 1] == ASCII.ctcp ? bytes.count - 1 : bytes.count
    let space = bytes.firstIndex(of: ASCII.space, from: 1, to: end) ?? end
    guard space > 1 else { return nil }
    command = bytes.repairedString(1..<space).uppercased()
    text = bytes.repairedString(min(space + 1, end)..<end)
  }

  /// The stored form of an IRC message's last parameter: an `ACTION`'s text has kind `action`, any other text
  /// has `kind`. Throws for what no text may be; also for every other CTCP, as 0x01 is a control.
  public static func message(
    _ parameter: String, kind: Message.Kind
  ) throws(TextError) -> (kind: Message.Kind, text: MessageText) {
    if let ctcp = CTCP(parameter), ctcp.command == "ACTION" { return (.action, try MessageText(ctcp.text)) }
    return (kind, try MessageText(parameter))
  }
}

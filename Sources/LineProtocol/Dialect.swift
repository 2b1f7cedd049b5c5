/// The two ways to speak on the line port.
public enum Dialect: Hashable, Sendable {
  /// For people with `nc` and for scripts; every session begins here.
  case plain
  /// IRC, from the first `CAP`, `USER` or `PASS` on.
  case irc

  /// Whether a line turns a plain session into an IRC session.
  public static func switchesToIRC(_ line: Span<UInt8>) -> Bool {
    guard let verb = line.packedWord(0..<min(verbEnd(line), 9)) else { return false }
    return verb == cap || verb == user || verb == pass
  }

  /// Whether a line is a `NICK`, which clients of both dialects may begin with.
  public static func isNick(_ line: Span<UInt8>) -> Bool {
    line.packedWord(0..<min(verbEnd(line), 9)) == nick
  }

  static func isPing(_ line: Span<UInt8>) -> Bool {
    line.packedWord(0..<min(verbEnd(line), 9)) == ping
  }

  @inline(__always)
  static func verbEnd(_ line: Span<UInt8>) -> Int {
    line.firstIndex(of: ASCII.space, from: 0, to: line.count) ?? line.count
  }

  private static let cap = packed("CAP")
  private static let user = packed("USER")
  private static let nick = packed("NICK")
  private static let pass = packed("PASS")
  private static let ping = packed("PING")
}

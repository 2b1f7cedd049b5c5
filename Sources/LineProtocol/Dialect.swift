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

  fileprivate static func isPing(_ line: Span<UInt8>) -> Bool {
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

/// What the lines of a session that is plain so far tell of its dialect.
///
/// `CAP`, `USER` and `PASS` are IRC's alone. `NICK` and `PING` both dialects have, so from a first NICK on
/// they are *held*: carried out, but not answered, until another line decides, or the wait is over. Many IRC
/// libraries send NICK and USER in packets of their own; they end their lines with CRLF, as IRC demands (RFC
/// 2812 §2.3), and scripts with LF, so a script need not wait.
public struct DialectChoice: Sendable {
  public enum Verdict: Sendable {
    /// The line is IRC's alone.
    case irc
    /// The line tells nothing, and is to be held.
    case hold
    /// The line tells nothing, and asks for nothing.
    case blank
    /// No IRC client says this before it has registered.
    case plain
  }

  /// How long a session's first line, if it is a NICK with CRLF, waits for one that decides: 300 ms, and one
  /// more, as the clock counts whole ones.
  public static let timeout: Int64 = 301
  /// Bytes of the lines that may be held; with more a session is plain.
  public static let heldBytes = Limits.line

  /// What is carried out and not answered, oldest first. IRC deals with these lines again, in its own words.
  public private(set) var held: [[UInt8]] = []
  /// When the wait is over, in the caller's milliseconds; nil: when the lines at hand have been read.
  public private(set) var deadline: Int64?
  private var hasHeardLine = false

  public init() {}

  /// Something is held: answers are to be kept back.
  public var isHolding: Bool { !held.isEmpty }

  /// What a line tells. `hasNick`: the session has taken a nick. A line that is weighed twice weighs the
  /// same.
  public func weigh(_ line: Span<UInt8>, hasNick: Bool) -> Verdict {
    if Dialect.switchesToIRC(line) { return .irc }
    if line.isBlank(from: 0) { return .blank }
    let tellsNothing =
      isHolding ? Dialect.isNick(line) || Dialect.isPing(line) : !hasNick && Dialect.isNick(line)
    let bytes = held.reduce(line.count) { $0 + $1.count }
    return tellsNothing && bytes <= Self.heldBytes ? .hold : .plain
  }

  /// Keeps a line that tells nothing.
  public mutating func hold(_ line: Span<UInt8>, endsWithCRLF: Bool, at now: Int64) {
    if !isHolding, !hasHeardLine, endsWithCRLF { deadline = now + Self.timeout }
    hasHeardLine = true
    held.append(line.withUnsafeBufferPointer { Array($0) })
  }

  /// Whether nothing is waited for any more, now that the lines at hand have been read.
  public func isOver(at now: Int64) -> Bool { isHolding && deadline.map { now >= $0 } ?? true }

  /// The session is plain: what was held may be answered.
  public mutating func decidePlain() {
    hasHeardLine = true
    held = []
    deadline = nil
  }
}

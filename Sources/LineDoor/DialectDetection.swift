import LineProtocol

/// How a session finds out that its client speaks IRC: what is kept until another line tells, or the wait is
/// over.
///
/// Most sessions have decided long ago, and keep nothing.
struct DialectDetection {
  private final class Kept {
    var choice = DialectChoice()
    /// Answers that are kept back: an IRC client must never see a plain line.
    var answers: [UInt8] = []
    /// The latest NICK of a session that has none yet. If USER follows after all, IRC deals with it again,
    /// and in its own words.
    var nickLine: [UInt8]?
    /// Lines that came before it was clear that this is IRC, and that IRC deals with first.
    var held: ArraySlice<[UInt8]> = []
  }

  /// What a session that is plain, and has a nick, has come to.
  private static let plain = {
    var choice = DialectChoice()
    choice.decidePlain()
    return choice
  }()

  private var kept: Kept? = Kept()

  /// Nothing is kept: a line decides by itself, and only for IRC.
  var isSettled: Bool { kept == nil }
  /// Answers are to be kept back.
  var isHolding: Bool { kept?.choice.isHolding ?? false }
  /// Lines are to be dealt with before the next one.
  var hasHeld: Bool { kept.map { !$0.held.isEmpty } ?? false }

  func weigh(_ line: Span<UInt8>, hasNick: Bool) -> DialectChoice.Verdict {
    (kept?.choice ?? Self.plain).weigh(line, hasNick: hasNick)
  }

  /// Whether nothing is waited for any more, now that the lines at hand have been read.
  func isOver(at now: Int64) -> Bool { kept?.choice.isOver(at: now) ?? false }

  /// Keeps a line that tells nothing. True: this is the first, and it waits for another one with a packet of
  /// its own.
  mutating func hold(_ line: Span<UInt8>, endsWithCRLF: Bool, at now: Int64) -> Bool {
    let kept = open()
    let isFirst = !kept.choice.isHolding
    if Dialect.isNick(line) { kept.nickLine = unsafe line.withUnsafeBufferPointer { unsafe Array($0) } }
    kept.choice.hold(line, endsWithCRLF: endsWithCRLF, at: now)
    return isFirst && kept.choice.deadline != nil
  }

  mutating func keepBack(_ bytes: [UInt8]) { open().answers.append(contentsOf: bytes) }

  mutating func takeKeptBack() -> [UInt8] {
    guard let kept else { return [] }
    defer { kept.answers = [] }
    return kept.answers
  }

  /// The session is plain. Returns what may be said now. With a nick it has nothing to keep any more.
  mutating func decidePlain(hasNick: Bool = false) -> [UInt8] {
    guard let kept else { return [] }
    kept.choice.decidePlain()
    let answers = takeKeptBack()
    if hasNick { self.kept = nil }
    return answers
  }

  /// The session is IRC. A nick that it has stays; one that was refused in plain words is asked for again.
  mutating func decideIRC(hasNick: Bool) {
    guard let before = kept else { return }
    let lines = before.choice.isHolding ? before.choice.held : before.nickLine.map { [$0] } ?? []
    kept = nil
    let held = lines.filter { !hasNick || !Dialect.isNick($0.span) }
    if !held.isEmpty { open().held = held[...] }
  }

  mutating func nextHeld() -> [UInt8]? {
    guard let kept, !kept.held.isEmpty else { return nil }
    defer { if kept.held.isEmpty { self.kept = nil } }
    return kept.held.popFirst()
  }

  private mutating func open() -> Kept {
    if let kept { return kept }
    let new = Kept()
    new.choice = Self.plain
    kept = new
    return new
  }
}

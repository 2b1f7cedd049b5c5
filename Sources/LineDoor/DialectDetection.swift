import LineProtocol

/// How a session finds out that its client speaks IRC: what is kept until another line tells, or the wait is over.
struct DialectDetection {
  private var choice = DialectChoice()
  /// Answers that are kept back: an IRC client must never see a plain line.
  private var keptBack: [UInt8] = []
  /// The latest NICK of a session that has none yet. If USER follows after all, IRC deals with it again, and in its own words.
  private var nickLine: [UInt8]?
  /// Lines that came before it was clear that this is IRC, and that IRC deals with first.
  private var held: ArraySlice<[UInt8]> = []

  /// Answers are to be kept back.
  var isHolding: Bool { choice.isHolding }
  /// Lines are to be dealt with before the next one.
  var hasHeld: Bool { !held.isEmpty }

  func weigh(_ line: Span<UInt8>, hasNick: Bool) -> DialectChoice.Verdict {
    choice.weigh(line, hasNick: hasNick)
  }

  /// Whether nothing is waited for any more, now that the lines at hand have been read.
  func isOver(at now: Int64) -> Bool { choice.isOver(at: now) }

  /// Keeps a line that tells nothing. True: this is the first, and it waits for another one with a packet of its own.
  mutating func hold(_ line: Span<UInt8>, endsWithCRLF: Bool, at now: Int64) -> Bool {
    let isFirst = !choice.isHolding
    if Dialect.isNick(line) { nickLine = unsafe line.withUnsafeBufferPointer { unsafe Array($0) } }
    choice.hold(line, endsWithCRLF: endsWithCRLF, at: now)
    return isFirst && choice.deadline != nil
  }

  mutating func keepBack(_ bytes: [UInt8]) { keptBack.append(contentsOf: bytes) }

  mutating func takeKeptBack() -> [UInt8] {
    defer { keptBack = [] }
    return keptBack
  }

  /// The session is plain. Returns what may be said now.
  mutating func decidePlain() -> [UInt8] {
    choice.decidePlain()
    return takeKeptBack()
  }

  /// The session is IRC. A nick that it has stays; one that was refused in plain words is asked for again.
  mutating func decideIRC(hasNick: Bool) {
    let lines = choice.isHolding ? choice.held : nickLine.map { [$0] } ?? []
    held = lines.filter { !hasNick || !Dialect.isNick($0.span) }[...]
    choice = DialectChoice()
    keptBack = []
    nickLine = nil
  }

  mutating func nextHeld() -> [UInt8]? { held.popFirst() }
}

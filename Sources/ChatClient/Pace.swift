/// When a pipe may send its next lines: how many may be under way, and when it rests.
///
/// A server holds up who sends more than so much a second, and ends the connection when that has gone on for
/// minutes without two seconds of rest (docs/OPERATIONS.md, "Floods and crowds"). A pipe always has more to
/// send; so if answers come slowly it rests now and then. That costs it nothing: what it may send adds up
/// meanwhile. A pure value; times are milliseconds of a clock that never goes back.
struct Pace: Equatable, Sendable {
  /// How many lines may wait for their answer: enough for the server to store many at once.
  static let window = 256
  /// How long lines may be under way without a rest.
  private static let stretch: Int64 = 10_000
  /// More answers in a stretch show that the server does not hold up.
  static let fast = 5_000
  /// Two seconds, and what the way there and back may take.
  static let rest: Int64 = 2_500

  /// Since when something has been under way all the time.
  private var began: Int64?
  private var answers = 0
  /// Sends nothing until all is answered, and then rests.
  private var isDraining = false
  /// When the rest is over; nil when there is none.
  private(set) var restEnds: Int64?

  mutating func answered() { answers += 1 }

  /// How many lines may be sent now, when so many are under way.
  mutating func allowance(inFlight: Int, at now: Int64) -> Int {
    if let restEnds, now < restEnds { return 0 }
    restEnds = nil
    guard inFlight > 0 else { return nothingInFlight(at: now) }
    if isDraining { return 0 }
    let start = began ?? now
    began = start
    if now - start >= Pace.stretch {
      isDraining = answers < Pace.fast
      (began, answers) = (now, 0)
    }
    return isDraining ? 0 : max(0, Pace.window - inFlight)
  }

  private mutating func nothingInFlight(at now: Int64) -> Int {
    (began, answers) = (nil, 0)
    guard isDraining else { return Pace.window }
    isDraining = false
    restEnds = now + Pace.rest
    return 0
  }
}

import Reactor

/// Shares out the work of the replays of one loop: in each turn they may show so much together, and those
/// that have to wait go on in the order in which they came. So hundreds that resume at once hold up nobody
/// who is live.
package final class ReplayPacer {
  /// ``Entry/cost`` of what is shown in a turn; about a millisecond's work. Exceeded by the last entry.
  package static let turnBytes = 256 * 1024

  private let reactor: Reactor
  private let turnBytes: Int
  private var turn = 0
  private var spent = 0
  private var waiting = Queue<Replay>()

  init(_ reactor: Reactor, turnBytes: Int = turnBytes) {
    self.reactor = reactor
    self.turnBytes = turnBytes
  }

  /// Whether a replay may go on now. If not, its ``Replay/goOnInTurn()`` is called when it may.
  func admits(_ replay: Replay) -> Bool {
    if waiting.isEmpty, hasRest { return true }
    wait(replay)
    return false
  }

  /// There is something left to show in this turn.
  var hasRest: Bool { turn != reactor.turn || spent < turnBytes }

  func spend(_ bytes: Int) {
    if turn != reactor.turn { (turn, spent) = (reactor.turn, 0) }
    spent += bytes
  }

  /// Queues a replay that was stopped by the end of what there is.
  func wait(_ replay: Replay) {
    waiting.append(replay)
    reactor.goOnSoon()
  }

  /// To be called at the end of each turn.
  func turnEnds() {
    // Those that wait again have their turn after all others.
    for _ in 0..<waiting.count where hasRest { waiting.popFirst()?.goOnInTurn() }
    if !waiting.isEmpty { reactor.goOnSoon() }
  }
}

/// The messages that a sender has under way: sent, and not yet with everybody.
struct SendWindow {
  private struct Pending {
    var sequence: UInt32
    var missing: Int
  }

  private let size: Int
  /// What has to happen to a message before it is complete: deliveries, and the answer over HTTP.
  private let steps: Int
  /// A ring, indexed by the low bits of the number. A message that gets lost never leaves the window; its
  /// entry is overwritten when four windows of later ones have passed, and should it come then, it is too
  /// late to count here.
  private var pending: [Pending]
  private var open = 0
  /// The next message's number, which is also how many were sent.
  private(set) var next: UInt32 = 0

  /// `size` and `steps`: at least 1.
  init(size: Int, steps: Int) {
    self.size = size
    self.steps = steps
    var capacity = 1
    while capacity < 4 * size { capacity *= 2 }
    pending = Array(repeating: Pending(sequence: 0, missing: 0), count: capacity)
  }

  var hasRoom: Bool { open < size }

  /// The number for a message that is sent now.
  mutating func issue() -> UInt32 {
    let sequence = next
    next += 1
    open += 1
    pending[slot(sequence)] = Pending(sequence: sequence, missing: steps)
    return sequence
  }

  /// One step of a message was done. True when it was the last.
  mutating func advance(_ sequence: UInt32) -> Bool {
    let slot = slot(sequence)
    guard pending[slot].sequence == sequence, pending[slot].missing > 0 else { return false }
    pending[slot].missing -= 1
    if pending[slot].missing > 0 { return false }
    open -= 1
    return true
  }

  private func slot(_ sequence: UInt32) -> Int { Int(sequence) & (pending.count - 1) }
}

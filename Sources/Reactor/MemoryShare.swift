import CLinux
import Synchronization

/// What the connections of one loop may hold together for their peers, and where it is told how much that is.
public struct MemoryShare: Sendable {
  /// Bytes.
  let limit: Int
  let use: MemoryUse

  /// `limit`: bytes for this loop.
  public init(limit: Int = .max / 2, use: MemoryUse = MemoryUse()) {
    self.limit = limit
    self.use = use
  }
}

/// What the connections of all loops hold together. Any thread may read.
public final class MemoryUse: Sendable {
  fileprivate let heldBytes = Atomic(0)
  fileprivate let evicted = Atomic(0)

  public init() {}

  /// Bytes of output that peers have not taken, and of input that is not whole.
  public var held: Int { heldBytes.load(ordering: .relaxed) }
  /// Connections that were cut off because all together held more than they may.
  public var evictions: Int { evicted.load(ordering: .relaxed) }
}

/// Tells what a loop's connections hold, and gives memory back to the kernel after a peak: the allocator
/// keeps what was freed between pieces that are still in use.
struct MemoryReleaser {
  /// A peak is that much above what is held now, and at least double of it.
  private static let peakBytes = 16 << 20
  /// Milliseconds from the end of a peak to the release, which takes a while and so is not repeated at once.
  static let delay: Int64 = 1_000

  private let use: MemoryUse
  private var told = (held: 0, evictions: 0)
  private var peak = 0
  private var evictionsAtRelease = 0
  private var isDue = false

  init(_ share: MemoryShare) { use = share.use }

  /// To be called each turn. Returns after how many milliseconds ``release(_:)`` is to be called, if it is.
  mutating func look(at held: Int, _ evictions: Int) -> Int64? {
    if held == told.held, evictions == told.evictions { return nil }
    use.heldBytes.add(held - told.held, ordering: .relaxed)
    use.evicted.add(evictions - told.evictions, ordering: .relaxed)
    told = (held, evictions)
    peak = max(peak, held)
    if isDue || !owesRelease(held) { return nil }
    isDue = true
    return Self.delay
  }

  /// A peak is over, or somebody who was evicted has left holes.
  private func owesRelease(_ held: Int) -> Bool {
    peak - held > max(Self.peakBytes, peak / 2) || told.evictions > evictionsAtRelease
  }

  mutating func release(_ held: Int) {
    isDue = false
    if !owesRelease(held) { return }
    peak = held
    evictionsAtRelease = told.evictions
    malloc_trim(0)
  }
}

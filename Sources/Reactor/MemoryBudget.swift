/// Who holds how much of a bounded sum, and who holds most.
///
/// Holders are kept in lists by size, four lists for each doubling, so that one that is as large as any
/// (within a fifth) is found at once, however many there are. A pure value: what becomes of the one that is
/// found is for others to do.
struct MemoryBudget<Holder> {
  /// Names a holder while it holds anything; `noSlot` for one that does not.
  typealias Slot = Int32
  static var noSlot: Slot { -1 }

  private struct Entry {
    let holder: Holder
    var bytes = 0
    /// 0: in no list.
    var sizeClass = 0
    /// The place in that list.
    var position = 0
    var standing = Standing.holds
    var isEvicted: Bool { standing != .holds }
  }

  private enum Standing { case holds, evicted, taken }

  /// What the holders may hold together, in bytes.
  let limit: Int
  /// Bytes of all who may go on holding theirs.
  private(set) var held = 0
  /// Bytes of those that were evicted and have not given them back yet.
  private(set) var evicted = 0
  private var entries: [Entry?] = []
  private var freeSlots: [Slot] = []
  /// Those that were evicted, in order, and perhaps have gone since.
  private var evictedSlots: [Slot] = []
  private var lists: [[Slot]] = Array(repeating: [], count: 256)
  /// No list above this one has anybody in it.
  private var highest = 0

  init(limit: Int) { self.limit = limit }

  /// More is held than may be, the evicted left out: they are on their way to give back what they hold.
  var isOver: Bool { held > limit }
  /// Even until those have done so there may be no more than a twentieth above the limit.
  var isFarOver: Bool { held + evicted > limit + limit / 20 }

  /// A holder holds so many bytes from now on. Returns its slot.
  mutating func set(_ bytes: Int, _ slot: Slot, of holder: @autoclosure () -> Holder) -> Slot {
    if slot == Self.noSlot, bytes == 0 { return slot }
    let slot = slot == Self.noSlot ? enter(holder()) : slot
    guard var entry = entries[Int(slot)] else { return Self.noSlot }
    if entry.isEvicted {
      evicted += bytes - entry.bytes
      entries[Int(slot)]?.bytes = bytes
      return slot
    }
    held += bytes - entry.bytes
    if bytes == 0 {
      remove(slot, entry)
      return Self.noSlot
    }
    entry.bytes = bytes
    let sizeClass = Self.sizeClass(bytes)
    if sizeClass != entry.sizeClass {
      unlist(entry)
      list(slot, &entry, in: sizeClass)
    }
    entries[Int(slot)] = entry
    return slot
  }

  /// The holder is gone, with all that it held.
  mutating func forget(_ slot: Slot) {
    guard slot != Self.noSlot, let entry = entries[Int(slot)] else { return }
    if entry.isEvicted { evicted -= entry.bytes } else { held -= entry.bytes }
    remove(slot, entry)
  }

  /// Takes one of the largest from those who may hold anything, and returns it; nil when there is nobody.
  mutating func evictLargest() -> Holder? {
    while highest > 0, lists[highest].isEmpty { highest -= 1 }
    guard let slot = lists[highest].last else { return nil }
    return evict(slot)
  }

  /// The same for a certain one. Nil for one that holds nothing, or was evicted before.
  mutating func evict(_ slot: Slot) -> Holder? {
    guard slot != Self.noSlot, var entry = entries[Int(slot)], !entry.isEvicted else { return nil }
    unlist(entry)
    held -= entry.bytes
    evicted += entry.bytes
    entry.standing = .evicted
    entry.sizeClass = 0
    entries[Int(slot)] = entry
    evictedSlots.append(slot)
    return entry.holder
  }

  /// Somebody was evicted and not taken yet.
  var hasEvicted: Bool { !evictedSlots.isEmpty }

  /// Takes up to `count` of those that were evicted.
  mutating func takeEvicted(_ count: Int) -> [Holder] {
    let taken = Array(evictedSlots.prefix(count))
    evictedSlots.removeFirst(taken.count)
    // A slot may have a new holder, which was not evicted, or was taken with it before.
    return taken.compactMap { slot in
      guard let entry = entries[Int(slot)], entry.standing == .evicted else { return nil }
      entries[Int(slot)]?.standing = .taken
      return entry.holder
    }
  }

  /// One that was evicted has given back what it could, and may hold the rest like anybody else. Returns its
  /// slot.
  mutating func readmit(_ slot: Slot) -> Slot {
    guard slot != Self.noSlot, var entry = entries[Int(slot)], entry.isEvicted else { return slot }
    entry.standing = .holds
    evicted -= entry.bytes
    held += entry.bytes
    if entry.bytes == 0 {
      remove(slot, entry)
      return Self.noSlot
    }
    list(slot, &entry, in: Self.sizeClass(entry.bytes))
    entries[Int(slot)] = entry
    return slot
  }

  /// From 1; four for each doubling of 512 bytes.
  static func sizeClass(_ bytes: Int) -> Int {
    let units = max(1, bytes >> 9)
    let doublings = Int.bitWidth - 1 - units.leadingZeroBitCount
    let quarter = doublings >= 2 ? (units >> (doublings - 2)) & 3 : (units << (2 - doublings)) & 3
    return 1 + doublings * 4 + quarter
  }

  // MARK: Slots and lists

  private mutating func enter(_ holder: Holder) -> Slot {
    let entry = Entry(holder: holder)
    if let slot = freeSlots.popLast() {
      entries[Int(slot)] = entry
      return slot
    }
    entries.append(entry)
    return Slot(entries.count - 1)
  }

  private mutating func remove(_ slot: Slot, _ entry: Entry) {
    unlist(entry)
    entries[Int(slot)] = nil
    freeSlots.append(slot)
  }

  private mutating func list(_ slot: Slot, _ entry: inout Entry, in sizeClass: Int) {
    entry.sizeClass = sizeClass
    entry.position = lists[sizeClass].count
    lists[sizeClass].append(slot)
    highest = max(highest, sizeClass)
  }

  /// The last of the list takes the place of the one that leaves it.
  private mutating func unlist(_ entry: Entry) {
    guard entry.sizeClass > 0, let last = lists[entry.sizeClass].popLast() else { return }
    if entry.position == lists[entry.sizeClass].count { return }
    lists[entry.sizeClass][entry.position] = last
    entries[Int(last)]?.position = entry.position
  }
}

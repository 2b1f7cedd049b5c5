/// Deadlines in order. A pure value: the caller brings the time.
///
/// Cancelled timers stay until their deadline; a server has few timers for each connection, so nothing
/// cleverer is needed.
struct TimerQueue<Action> {
  private var heap: [(deadline: Int64, action: Action)] = []

  /// The earliest deadline, in the caller's milliseconds.
  var next: Int64? { heap.first?.deadline }

  mutating func add(deadline: Int64, _ action: Action) {
    heap.append((deadline, action))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent].deadline <= heap[child].deadline { break }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  /// Removes and returns the earliest action whose deadline is not after `now`.
  mutating func popDue(now: Int64) -> Action? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return first.action }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].deadline < heap[smallest].deadline { smallest = child }
      }
      if smallest == parent { return first.action }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}

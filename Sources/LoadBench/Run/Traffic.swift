/// All messages of a run: sends them, and follows each one to each of its receivers.
final class Traffic {
  struct Counts: Sendable {
    var sent = 0
    /// Complete: everybody has it, and over HTTP it was answered.
    var messages = 0
    var deliveries = 0
    var doubled = 0
    var reordered = 0
    /// In a room it was not sent to, or never sent at all.
    var misplaced = 0
  }

  // What every delivery changes is changed in one place that calls nothing else; checking that at run time
  // would be a fifth of a delivery's cost.
  @exclusivity(unchecked) private(set) var counts = Counts()
  @exclusivity(unchecked) private(set) var latency = LatencyHistogram()
  /// When the server last said anything.
  var lastArrival: UInt64 = 0

  private let clock: Clock
  private let layout: Layout
  /// By room and slot.
  private var senders: [Sender?]
  private var due: [Sender] = []
  private var isSending = false
  /// The times of sending whose latencies count.
  private var measured: Range<UInt64> = 0..<0

  init(_ layout: Layout, clock: Clock) {
    self.layout = layout
    self.clock = clock
    senders = Array(repeating: nil, count: layout.rooms * layout.sendersPerRoom)
  }

  func add(_ sender: Sender) { senders[sender.room * layout.sendersPerRoom + sender.slot] = sender }

  func sender(room: Int, slot: Int) -> Sender? {
    guard 0..<layout.rooms ~= room, 0..<layout.sendersPerRoom ~= slot else { return nil }
    return senders[room * layout.sendersPerRoom + slot]
  }

  // MARK: Phases

  /// Everybody may send from now on.
  func start() {
    isSending = true
    for case let sender? in senders { makeDue(sender) }
  }

  func beginMeasuring(at time: UInt64) { measured = time..<UInt64.max }

  /// Nothing new is sent from now on.
  func stop(at time: UInt64) {
    isSending = false
    if !measured.isEmpty { measured = measured.lowerBound..<max(time, measured.lowerBound) }
  }

  /// Everything that was sent is with everybody.
  var isComplete: Bool { counts.messages == counts.sent }

  // MARK: Events

  /// At the end of a turn: once for everything that has become complete in it.
  func sendDue() {
    if due.isEmpty { return }
    let senders = due
    due.removeAll(keepingCapacity: true)
    let now = clock.now
    for sender in senders {
      sender.isDue = false
      while isSending, sender.window.hasRoom {
        sender.send(at: now)
        counts.sent += 1
      }
    }
  }

  /// `own`: the receiver's own part as a sender; its messages may come back to it, and count for nothing.
  func delivered(_ marker: Marker, room: Int, own: Sender?, checks: inout [DeliveryCheck], at now: UInt64) {
    guard marker.room == room, let sender = sender(room: room, slot: marker.slot),
      marker.sequence < sender.window.next
    else {
      counts.misplaced += 1
      return
    }
    if sender === own { return }
    switch checks[marker.slot].take(marker.sequence) {
    case .doubled:
      counts.doubled += 1
      return
    case .late: counts.reordered += 1
    case .inOrder: break
    }
    counts.deliveries += 1
    if measured.contains(marker.time), marker.time <= now { latency.record(now - marker.time) }
    advance(sender, marker.sequence)
  }

  /// The request that a sender has under way was answered.
  func answered(_ sender: Sender, at now: UInt64) {
    guard sender.window.next > 0 else { return }
    // Where somebody listens, the latency that counts is that of the deliveries.
    if layout.recipientsPerMessage == 0, measured.contains(sender.lastSent) {
      latency.record(now - sender.lastSent)
    }
    advance(sender, sender.window.next - 1)
  }

  private func advance(_ sender: Sender, _ sequence: UInt32) {
    guard sender.advance(sequence) else { return }
    counts.messages += 1
    makeDue(sender)
  }

  private func makeDue(_ sender: Sender) {
    if sender.isDue { return }
    sender.isDue = true
    due.append(sender)
  }
}

import LineProtocol
import Reactor

/// Consecutive messages of one room, encoded once for each format and shown in one piece.
///
/// Who sent one of them is told its fate in between, and so is given the messages before it then and there:
/// `given` remembers up to where.
struct MessageRun {
  /// A longer run is shown before the next message is added to it. A batch may hold a megabyte for one room;
  /// in one piece that would overflow the outputs of readers who are not slow at all, before the kernel was
  /// offered any of it.
  private static let longRunBytes = 16 * 1024

  private(set) var room: LocalRoom?
  /// The run in each format that somebody in the room has had meanwhile. What is behind `used` keeps its
  /// memory for other runs.
  private var slots: [Slot] = []
  private var used = 0
  private(set) var given: [(output: Output, format: FormatID, through: Int)] = []
  /// How often a message is shown to somebody when the run is.
  private(set) var deliveries = 0

  private struct Slot {
    var format: FormatID
    var encoded = MarkedBytes()
  }

  var isLong: Bool { slots[..<used].contains { $0.encoded.bytes.count > Self.longRunBytes } }

  mutating func begin(in room: LocalRoom) { self.room = room }

  mutating func add(_ message: Message, _ formats: [any EventFormat]) {
    guard let room else { return }
    for group in room.groups {
      let slot = slot(for: group.format)
      slots[slot].encoded.append(.live(message.id)) {
        formats[group.format.index].encode(message, into: &$0)
      }
    }
    deliveries += room.memberCount
  }

  /// The run so far in one format; nil if nobody has had that.
  func encoded(_ format: FormatID) -> MarkedBytes? { index(of: format).map { slots[$0].encoded } }

  /// Shows `output` what it has not been shown of the run so far.
  func showRest(to output: Output, _ format: FormatID) {
    guard let encoded = encoded(format) else { return }
    output.append(encoded, from: given.first { $0.output == output }?.through ?? 0)
  }

  /// `output` has been shown all of the run so far but the last message, which is its own.
  mutating func markGiven(_ output: Output, _ format: FormatID) {
    // Who sent it is told of it in another way.
    deliveries -= 1
    let through = encoded(format)?.bytes.count ?? 0
    if let index = given.firstIndex(where: { $0.output == output }) {
      given[index].through = through
    } else {
      given.append((output, format, through))
    }
  }

  /// Shows `output` nothing more of the run: it is no live member any more.
  mutating func leave(_ output: Output) { given.removeAll { $0.output == output } }

  mutating func end() {
    room = nil
    deliveries = 0
    given.removeAll(keepingCapacity: true)
    for index in 0..<used { slots[index].encoded.removeAll() }
    used = 0
  }

  private func index(of format: FormatID) -> Int? { slots[..<used].firstIndex { $0.format == format } }

  private mutating func slot(for format: FormatID) -> Int {
    if let index = index(of: format) { return index }
    if used == slots.count { slots.append(Slot(format: format)) } else { slots[used].format = format }
    used += 1
    return used - 1
  }
}

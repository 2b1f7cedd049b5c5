import LineProtocol
import Reactor

/// Consecutive messages of one room, encoded once for each format and shown in one piece.
///
/// Who sent one of them is told its fate in between, and so is given the messages before it then and there: `given` remembers up
/// to where.
struct MessageRun {
  /// A longer run is shown before the next message is added to it. A batch may hold a megabyte for one room; in one piece that
  /// would overflow the outputs of readers who are not slow at all, before the kernel was offered any of it.
  private static let longRunBytes = 16 * 1024

  private(set) var room: LocalRoom?
  private(set) var encoded: [MarkedBytes]
  private(set) var given: [(output: Output, format: Int, through: Int)] = []
  private var messages = 0
  /// Messages of live members, who are told of their own in another way.
  private var ofMembers = 0

  init(formats: Int) { encoded = Array(repeating: MarkedBytes(), count: formats) }

  var isLong: Bool { encoded.contains { $0.bytes.count > Self.longRunBytes } }

  /// How often a message is shown to somebody when the run is.
  var deliveries: Int {
    let members = room?.members.reduce(0) { $0 + $1.count } ?? 0
    return members * messages - ofMembers
  }

  mutating func begin(in room: LocalRoom) { self.room = room }

  mutating func add(_ message: Message, _ formats: [any EventFormat]) {
    guard let room else { return }
    for index in formats.indices where !room.members[index].isEmpty {
      encoded[index].append(.live(message.id)) { formats[index].encode(message, into: &$0) }
    }
    messages += 1
  }

  /// Shows `output` what it has not been shown of the run so far.
  func showRest(to output: Output, _ format: Int) {
    let through = given.first { $0.output == output }?.through ?? 0
    output.append(encoded[format], from: through)
  }

  /// `output` has been shown all of the run so far but the last message, which is its own.
  mutating func markGiven(_ output: Output, _ format: Int) {
    ofMembers += 1
    let through = encoded[format].bytes.count
    if let index = given.firstIndex(where: { $0.output == output }) {
      given[index].through = through
    } else {
      given.append((output, format, through))
    }
  }

  mutating func end() {
    room = nil
    messages = 0
    ofMembers = 0
    given.removeAll(keepingCapacity: true)
    for index in encoded.indices { encoded[index].removeAll() }
  }
}

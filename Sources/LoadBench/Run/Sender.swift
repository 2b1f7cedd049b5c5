import Reactor

/// One client's part as a sender: its messages differ in their marker only.
///
/// It keeps the handle of its connection's output, which is good while the connection is there: the first
/// connection that closes ends all sending (``BenchRun/trouble(_:)``).
final class Sender {
  let room: Int
  let slot: Int
  /// Unchecked as in ``Traffic``.
  @exclusivity(unchecked) private(set) var window: SendWindow
  /// It is on the list of those that may send at the end of this turn.
  var isDue = false
  /// When its newest message was sent.
  private(set) var lastSent: UInt64 = 0

  private let run: RunID
  private let output: Output
  private var message: [UInt8]
  private let markerOffset: Int

  init(
    _ planned: Layout.Client, slot: Int, dialect: any ClientDialect, output: Output, plan: BenchPlan,
    recipients: Int, run: RunID
  ) {
    room = planned.room
    self.slot = slot
    self.output = output
    self.run = run
    // Over HTTP, the answer too has to come before the next request.
    let isPost = planned.door == .http
    window = SendWindow(size: isPost ? 1 : plan.window, steps: max(1, recipients + (isPost ? 1 : 0)))
    let text = Sender.text(of: plan.payload)
    message = dialect.message(text)
    markerOffset = message.firstIndex(of: UInt8(ascii: "^")) ?? 0
  }

  /// A text of this many bytes, at least a marker's: `^`, and letters.
  private static func text(of count: Int) -> [UInt8] {
    let filler = Array("the-quick-brown-fox-jumps-over-the-lazy-dog-".utf8)
    return [UInt8(ascii: "^")] + (1..<max(count, Marker.length)).map { filler[$0 % filler.count] }
  }

  /// Sends its next message.
  func send(at time: UInt64) {
    lastSent = time
    let marker = Marker(room: room, slot: slot, sequence: window.issue(), time: time)
    marker.write(into: &message, at: markerOffset, run: run)
    output.append(message)
  }

  /// See ``SendWindow/advance(_:)``.
  func advance(_ sequence: UInt32) -> Bool { window.advance(sequence) }
}

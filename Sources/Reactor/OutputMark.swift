/// Says what some bytes of an output show, in the words of who appends them: the reactor compares nothing but
/// positions.
///
/// Values of one lane rise in the order in which they are appended. So a handler that cuts its connection off
/// learns from the first of a lane that is not sent up to where everything was.
public struct OutputMark: Hashable, Sendable {
  public let value: Int64
  public let lane: OutputLane

  public init(_ lane: OutputLane, _ value: Int64) {
    self.lane = lane
    self.value = value
  }
}

/// One of the rising rows that the marks of an output belong to.
public struct OutputLane: Hashable, Sendable {
  private let number: UInt32
  public init(_ number: UInt32) { self.number = number }
}

/// A mark, and where the bytes end that it stands for. They are shown when all of them are: a message may
/// take several units.
struct EndMark {
  let mark: OutputMark
  /// Not above 4 GiB, which is more than an output ever holds.
  private let position: UInt32

  init(_ mark: OutputMark, end: Int) {
    self.mark = mark
    position = UInt32(clamping: end)
  }

  var end: Int { Int(position) }

  func moved(by distance: Int) -> EndMark { EndMark(mark, end: end + distance) }
}

/// Whole units (lines, frames) of which some are marked, to be appended to one output or to many.
public struct MarkedBytes {
  public private(set) var bytes: [UInt8] = []
  private(set) var marks: [EndMark] = []

  public init() {}

  /// Appends what `encode` does, under `mark` unless that is nothing. All marks are of one lane.
  public mutating func append(_ mark: OutputMark?, _ encode: (inout [UInt8]) -> Void) {
    let start = bytes.count
    encode(&bytes)
    if let mark, bytes.count > start { marks.append(EndMark(mark, end: bytes.count)) }
  }

  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
  }
}

/// What a connection that is cut off does not send: the first mark of each lane.
public struct DroppedMarks: Equatable, Sendable {
  private var firsts: [OutputMark] = []

  public init() {}

  var all: [OutputMark] { firsts }
  var isEmpty: Bool { firsts.isEmpty }

  /// The first mark of `lane` that was dropped, or was not kept any more.
  public func first(of lane: OutputLane) -> Int64? { firsts.first { $0.lane == lane }?.value }

  /// Only the first of a lane counts.
  package mutating func note(_ mark: OutputMark) {
    if first(of: mark.lane) == nil { firsts.append(mark) }
  }
}

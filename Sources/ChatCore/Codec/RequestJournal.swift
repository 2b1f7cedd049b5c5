import LineProtocol

/// A request and the place that it was given.
package struct PlacedRequest: Sendable, Equatable {
  package let place: Place
  package let request: Request

  package init(_ request: Request, at place: Place) {
    self.place = place
    self.request = request
  }
}

/// Placed requests as a stream of bytes that only grows: what was decided from it once is decided from it
/// again.
///
/// A record is its length, the place and the request. Whoever writes it may be stopped in the middle of one;
/// all before it are read.
package struct RequestJournal: Sendable {
  /// The greatest id that a place can have. SQLite's and JSON's numbers both hold it.
  private static let ids: ClosedRange<MessageID> = 1...MessageID(1 << 53)
  /// More than the longest request takes.
  private static let longestRecord = 16_384

  /// Bytes that were not yet taken away by whoever stores them.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ placed: PlacedRequest) {
    var writer = ByteWriter(bytes)
    bytes = []
    let start = writer.bytes.count
    writer.integer(UInt32(0))
    writer.id(placed.place.id)
    writer.time(placed.place.time)
    placed.request.encode(into: &writer)
    writer.setLength(at: start)
    bytes = writer.bytes
  }

  /// Returns the records of a stream, and how many of its bytes they are. What follows is the beginning of a
  /// record that was cut.
  package static func read(
    _ bytes: [UInt8]
  ) throws(CodecError) -> (records: [PlacedRequest], length: Int) {
    var records: [PlacedRequest] = []
    var start = 0
    while let range = try record(in: bytes, at: start) {
      var reader = ByteReader(bytes, range)
      let place = Place(id: try reader.id("an id", in: ids), time: try reader.time())
      records.append(PlacedRequest(try Request(from: &reader), at: place))
      try reader.checkEnd()
      start = range.upperBound
    }
    return (records, start)
  }

  /// Where the record is whose length begins at `start`; nil if it is not whole.
  private static func record(in bytes: [UInt8], at start: Int) throws(CodecError) -> Range<Int>? {
    var reader = ByteReader(bytes, start..<bytes.count)
    if reader.remaining < 4 { return nil }
    let length = Int(try reader.integer(UInt32.self))
    if length > longestRecord { throw CodecError("no record has \(length) bytes", at: start) }
    return reader.remaining < length ? nil : reader.offset..<reader.offset + length
  }
}

/// What a text begins with so that it can be followed: who sent it, as the how manieth, and when.
///
/// `^` and the run's id, then hexadecimal digits in lower case. A receiver needs to find only this, whatever
/// the server wraps around it; no protocol escapes any of these characters.
struct Marker: Equatable {
  /// Bytes: `^`, run 8, room 4, slot 4, sequence 8, time 12.
  static let length = 37

  let room: Int
  let slot: Int
  let sequence: UInt32
  /// When it was sent, in nanoseconds of ``Clock``, below 2^48.
  let time: UInt64

  /// Replaces the bytes from `offset` on, of which there have to be ``length``.
  func write(into bytes: inout [UInt8], at offset: Int, run: RunID) {
    bytes[offset] = UInt8(ascii: "^")
    Marker.write(UInt64(run.number), digits: 8, into: &bytes, at: offset + 1)
    Marker.write(UInt64(room), digits: 4, into: &bytes, at: offset + 9)
    Marker.write(UInt64(slot), digits: 4, into: &bytes, at: offset + 13)
    Marker.write(UInt64(sequence), digits: 8, into: &bytes, at: offset + 17)
    Marker.write(time, digits: 12, into: &bytes, at: offset + 25)
  }

  private static func write(_ number: UInt64, digits: Int, into bytes: inout [UInt8], at offset: Int) {
    var rest = number
    for index in stride(from: offset + digits - 1, through: offset, by: -1) {
      let digit = UInt8(rest & 15)
      bytes[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
      rest >>= 4
    }
  }
}

extension Marker {
  /// The first marker of `run` in a part of `bytes`; nil when there is none.
  ///
  /// Digits that are none give a number nonetheless. It is for the one who counts to see that no such message
  /// was sent.
  init?(in bytes: Span<UInt8>, _ range: Range<Int>, run: RunID) {
    var start = range.lowerBound
    while let found = bytes.firstIndex(of: UInt8(ascii: "^"), in: start..<range.upperBound) {
      if range.upperBound - found < Marker.length { return nil }
      if bytes.hexadecimal8(at: found + 1) == UInt64(run.number) {
        let place = bytes.hexadecimal8(at: found + 9)
        room = Int(place >> 16)
        slot = Int(place & 0xFFFF)
        sequence = UInt32(truncatingIfNeeded: bytes.hexadecimal8(at: found + 17))
        // Twelve digits, of which the second group of eight has the last four.
        time = bytes.hexadecimal8(at: found + 25) << 16 | bytes.hexadecimal8(at: found + 29) & 0xFFFF
        return
      }
      start = found + 1
    }
    return nil
  }
}

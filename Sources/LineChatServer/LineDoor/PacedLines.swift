/// A long answer that is sent in parts, each of them whole lines.
final class PacedLines {
  /// With the end of its last line this stays below the smallest bound of an output, 64 KiB.
  static let chunkBytes = 32 * 1024

  let completion: () -> Void
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8], _ completion: @escaping () -> Void) {
    self.bytes = bytes
    self.completion = completion
  }

  /// The next part; nil when everything was given.
  func next() -> [UInt8]? {
    if position == bytes.count { return nil }
    var end = min(position + Self.chunkBytes, bytes.count)
    while end < bytes.count, bytes[end - 1] != 0x0A { end += 1 }
    defer { position = end }
    return Array(bytes[position..<end])
  }
}

/// A long answer that is sent in parts, each of them whole lines.
final class PacedLines {
  static let chunkBytes = 64 * 1024

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

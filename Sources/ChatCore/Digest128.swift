/// The first 16 bytes of a SHA-256: enough that nobody finds two inputs with the same, in half the space.
package struct Digest128: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Of all that was fed to `hash`.
  package init(_ hash: consuming SHA256) {
    let words = hash.finish()
    high = UInt64(words[0]) << 32 | UInt64(words[1])
    low = UInt64(words[2]) << 32 | UInt64(words[3])
  }
}

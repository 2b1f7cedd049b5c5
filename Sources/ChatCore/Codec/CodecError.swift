/// Bytes are not what they should be.
package struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence about the bytes: "has bytes behind its end".
  package let what: String
  /// The offset of the part that is wrong.
  package let offset: Int

  package init(_ what: String, at offset: Int) {
    self.what = what
    self.offset = offset
  }

  package var description: String { "at byte \(offset): \(what)" }
}

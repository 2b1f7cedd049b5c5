/// A room's name: 1–50 bytes of UTF-8 without space, comma, colon, `#` or controls (C0, DEL, C1).
///
/// Names that differ only in the case of ASCII letters are equal (CASEMAPPING=ascii); all else is compared by
/// bytes, as the log's database does. `String` would also equate different spellings of one accented letter:
/// use `RoomName`, not its `key`, as the key of a dictionary.
public struct RoomName: Hashable, Comparable, Sendable {
  /// The name as written, without the one leading `#`.
  public let text: String
  /// The name with A–Z as a–z: what equality, hash and order are made of.
  public let key: String

  /// Checks a name; one leading `#` is removed.
  public init(_ string: String) throws(NameError) {
    let bytes = string.utf8.span
    let range = try Self.checked(bytes)
    // Starting after an ASCII byte, the slice begins and ends at a character's border.
    text = range.count == bytes.count ? string : String(decoding: string.utf8.dropFirst(), as: UTF8.self)
    key = Self.key(of: text)
  }

  /// Checks a name as it came over the wire; one leading `#` is removed.
  public init(_ bytes: Span<UInt8>) throws(NameError) {
    guard let text = bytes.string(try Self.checked(bytes)) else {
      throw NameError(reason: "a room's name is UTF-8, and this is not")
    }
    self.text = text
    key = Self.key(of: text)
  }

  /// The `key` of a name as written, which need not be checked.
  public static func key(of text: String) -> String { ASCII.lowercased(text) }

  /// The range of the name without its `#`, checked in all but its encoding.
  private static func checked(_ bytes: Span<UInt8>) throws(NameError) -> Range<Int> {
    let start = bytes.count > 0 && bytes[0] == ASCII.hash ? 1 : 0
    guard bytes.count > start else { throw NameError(reason: "the room's name is empty") }
    guard bytes.count - start <= Limits.room else {
      throw NameError(reason: "a room's name has at most \(Limits.room) bytes")
    }
    for index in start..<bytes.count {
      switch bytes[index] {
      case ASCII.space: throw NameError(reason: "a room's name has no space")
      case ASCII.comma: throw NameError(reason: "a room's name has no comma")
      case ASCII.colon: throw NameError(reason: "a room's name has no colon")
      case ASCII.hash: throw NameError(reason: "a room's name has no # but one in front")
      case 0..<0x20, ASCII.delete: throw NameError(reason: "a room's name has no control characters")
      case ASCII.c1Lead where index + 1 < bytes.count && 0x80...0x9F ~= bytes[index + 1]:
        throw NameError(reason: "a room's name has no control characters")
      default: break
      }
    }
    return start..<bytes.count
  }

  /// Whether both are the same but for ASCII case.
  public static func == (left: RoomName, right: RoomName) -> Bool {
    let left = left.key.utf8.span
    let right = right.key.utf8.span
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  /// Whether `text`, which is the name of a room without `#`, names this room.
  public func isWritten(_ text: String) -> Bool {
    let (text, key) = (text.utf8, key.utf8)
    return text.count == key.count && zip(text, key).allSatisfy { ASCII.lowercased($0) == $1 }
  }

  /// The order of the keys' bytes.
  public static func < (left: RoomName, right: RoomName) -> Bool {
    left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
  }

  /// Hashes the key's bytes.
  public func hash(into hasher: inout Hasher) {
    key.utf8.span.withUnsafeBufferPointer { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// A nick: 1–32 ASCII bytes, first a letter or one of ``[ ] \ ` _ ^ { | }``, then also digits and `-` (RFC
/// 2812 §2.3.1, with a longer bound). Nicks that differ only in the case of ASCII letters are equal
/// (CASEMAPPING=ascii).
public struct Nick: Hashable, Comparable, Sendable {
  /// The nick as written.
  public let text: String
  /// The nick with A–Z as a–z: what equality, hash and order are made of.
  public let key: String

  /// Checks a nick.
  public init(_ string: String) throws(NameError) {
    try Self.check(string.utf8.span)
    text = string
    key = Self.key(of: string)
  }

  /// Checks a nick as it came over the wire.
  public init(_ bytes: Span<UInt8>) throws(NameError) {
    try Self.check(bytes)
    text = bytes.repairedString(0..<bytes.count)
    key = Self.key(of: text)
  }

  /// The `key` of a nick as written, which need not be checked.
  public static func key(of text: String) -> String { ASCII.lowercased(text) }

  private static func check(_ bytes: Span<UInt8>) throws(NameError) {
    guard bytes.count > 0 else { throw NameError(reason: "the nick is empty") }
    guard bytes.count <= Limits.nick else {
      throw NameError(reason: "a nick has at most \(Limits.nick) characters")
    }
    guard isFirst(bytes[0]) else {
      throw NameError(reason: "a nick begins with a letter or one of []\\`_^{|}")
    }
    for index in 1..<bytes.count {
      let byte = bytes[index]
      guard isFirst(byte) || ASCII.isDigit(byte) || byte == 0x2D else {
        throw NameError(reason: "a nick has only letters a-z, digits, - and []\\`_^{|}")
      }
    }
  }

  /// A letter, or one of RFC 2812's `special`: `[ \ ] ^ _ `` ` `` (5B–60) and `{ | }` (7B–7D).
  private static func isFirst(_ byte: UInt8) -> Bool {
    ASCII.isLetter(byte) || 0x5B...0x60 ~= byte || 0x7B...0x7D ~= byte
  }

  /// Whether both are the same but for ASCII case.
  public static func == (left: Nick, right: Nick) -> Bool { left.key == right.key }

  /// The order of the keys.
  public static func < (left: Nick, right: Nick) -> Bool { left.key < right.key }

  /// Hashes the key.
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// Why a room's name or a nick is refused.
public struct NameError: Error, Hashable, Sendable {
  /// What is wrong, in words for the person who typed it.
  public let reason: String

  /// An error that says `reason`.
  public init(reason: String) { self.reason = reason }
}

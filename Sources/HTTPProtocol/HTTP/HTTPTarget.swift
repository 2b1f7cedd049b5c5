/// A request target (RFC 9112 §3.2), taken apart and decoded.
public struct HTTPTarget: Equatable, Sendable {
  /// Percent-decoded and at least `/`; `*` for the asterisk form.
  public var path = "/"
  public var query = HTTPQuery()
  /// The host, with its port if it names one, of an absolute-form target: it stands in place of `Host`.
  public var authority: String?

  public init() {}

  /// `range` of `bytes` is the target as sent.
  public init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: HTTPMethod) throws(Problem) {
    for index in range where !ASCII.isTarget(bytes[index]) {
      throw .malformed("The request target has a character that must be percent-encoded.")
    }
    if bytes.spells("*", range) {
      // RFC 9112 §3.2.4: the asterisk form is for OPTIONS only.
      guard method == .options else { throw .malformed("The target * is for OPTIONS only.") }
      path = "*"
      return
    }
    let start = try Self.pathStart(bytes, range)
    if start > range.lowerBound { authority = try Self.authority(bytes, range.lowerBound..<start) }

    let rest = bytes.extracting(start..<range.upperBound)
    let mark = rest.firstIndex(of: UInt8(ascii: "?"), from: 0) ?? rest.count
    do throws(PercentCoding.Failure) {
      if mark > 0 { path = try PercentCoding.decode(rest.extracting(0..<mark)) }
      if mark < rest.count { query = try HTTPQuery(rest.extracting(mark + 1..<rest.count)) }
    } catch {
      throw .malformed("The request target \(error.rawValue).")
    }
  }

  /// Where the path begins: at once in the origin form, behind scheme and authority in the absolute form.
  private static func pathStart(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Problem) -> Int {
    if !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "/") { return range.lowerBound }
    guard let authority = authorityStart(bytes, range) else {
      throw .malformed("The request target must begin with / or http://.")
    }
    var end = authority
    while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") {
      end += 1
    }
    return end
  }

  private static func authorityStart(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    for scheme in ["http://", "https://"] as [StaticString] {
      let length = scheme.utf8CodeUnitCount
      guard range.count > length else { continue }
      let same = scheme.withUTF8Buffer { wanted in
        wanted.indices.allSatisfy { ASCII.lowercased(bytes[range.lowerBound + $0]) == wanted[$0] }
      }
      if same { return range.lowerBound + length }
    }
    return nil
  }

  /// `range` is the scheme and the authority.
  private static func authority(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Problem) -> String {
    let start = authorityStart(bytes, range) ?? range.upperBound
    // RFC 9110 §4.2.1: an http URI with an empty host is invalid; §4.2.4: user information is an error.
    guard start < range.upperBound, isHost(bytes.extracting(start..<range.upperBound)) else {
      throw .malformed("The request target names no valid host.")
    }
    return bytes.text(start..<range.upperBound)
  }

  /// Whether `bytes` have only what `uri-host [ ":" port ]` may have (RFC 3986 §3.2.2).
  public static func isHost(_ bytes: Span<UInt8>) -> Bool {
    for index in 0..<bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"),
        UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
        UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
        UInt8(ascii: "="):
        continue
      default: return false
      }
    }
    return true
  }
}

/// The query of a request target as decoded name and value pairs (WHATWG URL,
/// application/x-www-form-urlencoded).
public struct HTTPQuery: Equatable, Sendable {
  public struct Item: Equatable, Sendable {
    public let name: String
    public let value: String
  }

  /// In the order of the target; a name may occur more than once.
  public private(set) var items: [Item] = []

  public init() {}

  /// `bytes` without the `?`. Empty pieces (`a=1&&b=2`) are left out; a name without `=` has an empty value.
  public init(_ bytes: Span<UInt8>) throws(PercentCoding.Failure) {
    var start = 0
    while start < bytes.count {
      let end = bytes.firstIndex(of: UInt8(ascii: "&"), from: start) ?? bytes.count
      if end > start {
        let piece = bytes.extracting(start..<end)
        let equals = piece.firstIndex(of: UInt8(ascii: "="), from: 0) ?? piece.count
        let value = piece.extracting(min(equals + 1, piece.count)..<piece.count)
        items.append(
          Item(
            name: try PercentCoding.decode(piece.extracting(0..<equals), plusIsSpace: true),
            value: try PercentCoding.decode(value, plusIsSpace: true)))
      }
      start = end + 1
    }
  }

  /// The first value of `name`, or nil.
  public subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }

  /// Every value of `name`, in order: more than one means that the client contradicts itself.
  public func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }
}

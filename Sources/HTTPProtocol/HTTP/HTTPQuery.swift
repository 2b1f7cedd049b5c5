/// The query of a request target as decoded name and value pairs (WHATWG URL, application/x-www-form-urlencoded).
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

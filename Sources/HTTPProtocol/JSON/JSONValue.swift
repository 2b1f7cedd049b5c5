/// A JSON value (RFC 8259), as far as this server looks at what it is sent: objects and strings.
public enum JSONValue: Equatable, Sendable {
  public struct Member: Equatable, Sendable {
    let name: String
    let value: JSONValue
  }

  /// The members in their order; a name may occur more than once.
  case object([Member])
  case string(String)
  case null
  /// An array, a number or a boolean.
  case other

  /// The object that `bytes`, which came from outside, are. Throws 400 for what is not JSON in UTF-8, 422 for
  /// what is no object.
  public static func object(_ bytes: Span<UInt8>) throws(Problem) -> JSONObject {
    guard case .object(let members) = try JSONParser.parse(bytes) else {
      throw Problem(.unprocessableContent, "The body must be a JSON object.")
    }
    return JSONObject(members: members)
  }
}

/// The members of an object by name; of those with the same name the first counts, unknown ones are ignored.
public struct JSONObject: Equatable, Sendable {
  let members: [JSONValue.Member]

  /// Throws 422 with the name if the member is not there or no string.
  public func string(_ name: String) throws(Problem) -> String {
    guard let value = self[name] else { throw .invalid(name, "\(name) is missing.") }
    guard case .string(let string) = value else { throw .invalid(name, "\(name) must be a string.") }
    return string
  }

  /// The same for a member that may be left out or null.
  public func optionalString(_ name: String) throws(Problem) -> String? {
    switch self[name] {
    case nil, .null: nil
    case .string(let string): string
    case .object, .other: throw .invalid(name, "\(name) must be a string.")
    }
  }

  /// The names of the members with a value other than null, in order.
  public var names: [String] { members.filter { $0.value != .null }.map(\.name) }

  private subscript(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
}

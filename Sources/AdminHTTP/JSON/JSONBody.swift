import FoundationEssentials

/// Decodes a JSON text that came from outside.
enum JSONBody {
  /// Unknown members are ignored; of members with the same name the first counts. Throws 400 for what is not JSON in UTF-8, and 422 with the field for what is, but does not fit `type`.
  static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(Problem) -> T {
    if let objection = JSONGuard.objection(to: bytes.span) { throw .malformed(objection) }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw problem(error)
    } catch {
      throw .malformed("The body is not JSON.")
    }
  }

  private static func problem(_ error: DecodingError) -> Problem {
    switch error {
    case .keyNotFound(let key, let context):
      let field = name(context.codingPath + [key])
      return .invalid(field, "\(field) is missing.")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      let field = name(context.codingPath)
      return field.isEmpty
        ? Problem(.unprocessableContent, "The body must be a JSON object.")
        : .invalid(field, "\(field) has the wrong type.")
    case .dataCorrupted: return .malformed("The body is not valid JSON.")
    @unknown default: return .malformed("The body is not valid JSON.")
    }
  }

  private static func name(_ path: [any CodingKey]) -> String {
    path.map(\.stringValue).joined(separator: ".")
  }
}

@testable import HTTPProtocol

/// The bodies of POST. What was read and is written again is read as the same.
@Sendable func fuzzJSON(_ bytes: [UInt8]) {
  _ = try? PostMessage(json: bytes.span)
  guard let value = try? JSONParser.parse(bytes.span) else { return }
  var writer = JSONWriter()
  write(value, &writer)
  precondition((try? JSONParser.parse(writer.bytes.span)) == value)
}

private func write(_ value: JSONValue, _ writer: inout JSONWriter) {
  switch value {
  case .string(let text): writer.string(text)
  case .null: writer.null()
  case .other: writer.bool(true)
  case .object(let members):
    writer.beginObject()
    for member in members {
      writer.key(member.name)
      write(member.value, &writer)
    }
    writer.endObject()
  }
}

import LineProtocol

/// What a text from a WebSocket client says: `{"text":"…"}`, or, if it is no JSON object, itself.
enum WebSocketText {
  static func read(_ text: String) throws(ProtocolError) -> MessageText {
    let said = try member(of: text) ?? text
    do throws(TextError) {
      return try MessageText(said)
    } catch {
      throw ProtocolError(error.code, asked: "", reason: error.reason)
    }
  }

  /// The member `text` of a JSON object; nil if it is none.
  private static func member(of text: String) throws(ProtocolError) -> String? {
    guard text.utf8.first(where: { !isBlank($0) }) == UInt8(ascii: "{") else { return nil }
    do throws(Problem) {
      return try JSONValue.object(text.utf8.span).string("text")
    } catch {
      guard error.status == .unprocessableContent else { return nil }
      throw ProtocolError(.missingField, asked: "", reason: #"a JSON object needs "text", a string"#)
    }
  }

  /// RFC 8259 §2.
  private static func isBlank(_ byte: UInt8) -> Bool { ASCII.isBlank(byte) || ASCII.isLineEnd(byte) }
}

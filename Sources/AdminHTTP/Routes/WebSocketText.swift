import HTTPProtocol
import LineProtocol

/// What a text from a WebSocket client says: `{"text":"…"}`, with a `"ref"` if it may come twice, or, if it
/// is no JSON object, itself.
struct WebSocketText {
  let text: MessageText
  let reference: MessageReference?

  init(_ frame: String) throws(ProtocolError) {
    let object = try Self.object(frame)
    do throws(TextError) {
      text = try MessageText(object?.text ?? frame)
    } catch {
      throw ProtocolError(error.code, asked: "", reason: error.reason)
    }
    do throws(NameError) {
      reference = try object?.reference.map { name throws(NameError) in try MessageReference(name) }
    } catch {
      throw ProtocolError(.badReference, asked: "", reason: error.reason)
    }
  }

  /// The members of a JSON object; nil if it is none.
  private static func object(_ frame: String) throws(ProtocolError) -> (text: String, reference: String?)? {
    guard frame.utf8.first(where: { !isBlank($0) }) == UInt8(ascii: "{") else { return nil }
    do throws(Problem) {
      let object = try JSONValue.object(frame.utf8.span)
      return (try object.string("text"), try object.optionalString("ref"))
    } catch {
      guard error.status == .unprocessableContent else { return nil }
      throw ProtocolError(
        .missingField, asked: "", reason: #"a JSON object needs "text", a string; "ref" is one too"#)
    }
  }

  /// RFC 8259 §2.
  private static func isBlank(_ byte: UInt8) -> Bool { ASCII.isBlank(byte) || ASCII.isLineEnd(byte) }
}

import LineProtocol

/// Requests as bytes: a byte that says which form this is, the session, the verb, and what the verb needs.
extension Request {
  /// The form that is written, and the only one that is read.
  private static let codecVersion: UInt8 = 1
  /// Reasons come from lines.
  private static let longestReason = Limits.line

  /// Free texts (a reason, a topic) beyond their bounds are cut, all else has its bounds already.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }

  /// Reads one request, which is all of `bytes`.
  package init(encoded bytes: [UInt8]) throws(CodecError) {
    var reader = ByteReader(bytes)
    try self.init(from: &reader)
    try reader.checkEnd()
  }

  func encode(into writer: inout ByteWriter) {
    writer.integer(Self.codecVersion)
    writer.session(session)
    writer.integer(action.verb.rawValue)
    switch action {
    case .claim(let nick): writer.nick(nick)
    case .enter(let nick, let room, let after):
      writer.nick(nick)
      writer.roomName(room)
      writer.optional(after) { $0.id($1) }
    case .join(let room, let after):
      writer.roomName(room)
      writer.optional(after) { $0.id($1) }
    case .part(let room, let reason):
      writer.roomName(room)
      writer.optional(reason) { $0.string($1, limit: Self.longestReason) }
    case .publish(let room, let text, let kind, let reference):
      writer.roomName(room)
      writer.messageText(text)
      writer.integer(UInt8(truncatingIfNeeded: kind.rawValue))
      writer.optional(reference) { $0.reference($1) }
    case .post(let room, let text, let nick, let role, let reference):
      writer.roomName(room)
      writer.messageText(text)
      writer.nick(nick)
      writer.flag(role == .ai)
      writer.optional(reference) { $0.reference($1) }
    case .setTopic(let room, let text):
      writer.roomName(room)
      writer.string(text, limit: Limits.text)
    case .end(let reason): writer.string(reason, limit: Self.longestReason)
    }
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    let version = try reader.byte()
    if version != Self.codecVersion { throw CodecError("requests of form \(version) are unknown", at: start) }
    let session = try reader.session()
    self.init(session, try Self.action(&reader))
  }

  private static func action(_ reader: inout ByteReader) throws(CodecError) -> Action {
    let start = reader.offset
    let number = try reader.byte()
    guard let verb = Verb(rawValue: number) else { throw CodecError("no verb is \(number)", at: start) }
    switch verb {
    case .claim: return .claim(try reader.nick())
    case .enter: return .enter(try reader.nick(), try reader.roomName(), after: try cursor(&reader))
    case .join: return .join(try reader.roomName(), after: try cursor(&reader))
    case .part:
      return .part(
        try reader.roomName(),
        reason: try reader.optional { reader throws(CodecError) in try reader.string(limit: longestReason) })
    case .publish:
      return .publish(
        try reader.roomName(), try reader.messageText(), try kind(&reader), once: try reference(&reader))
    case .post:
      return .post(
        try reader.roomName(), try reader.messageText(), as: try reader.nick(),
        try reader.flag() ? .ai : .user,
        once: try reference(&reader))
    case .setTopic: return .setTopic(try reader.roomName(), try topic(&reader))
    case .end: return .end(reason: try reader.string(limit: longestReason))
    }
  }

  private static func cursor(_ reader: inout ByteReader) throws(CodecError) -> MessageID? {
    try reader.optional { reader throws(CodecError) in try reader.id("a cursor", in: .zero ... .max) }
  }

  private static func reference(_ reader: inout ByteReader) throws(CodecError) -> MessageReference? {
    try reader.optional { reader throws(CodecError) in try reader.reference() }
  }

  private static func kind(_ reader: inout ByteReader) throws(CodecError) -> Message.Kind {
    let start = reader.offset
    let number = try reader.byte()
    guard let kind = Message.Kind(rawValue: Int(number)) else {
      throw CodecError("no kind of message is \(number)", at: start)
    }
    return kind
  }

  private static func topic(_ reader: inout ByteReader) throws(CodecError) -> String {
    let start = reader.offset
    var ahead = reader
    if try ahead.integer(UInt16.self) == 0 {
      reader = ahead
      return ""
    }
    let text = try reader.messageText()
    do throws(NameError) { try text.checkTopic() } catch { throw CodecError(error.reason, at: start) }
    return text.string
  }
}

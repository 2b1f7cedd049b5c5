import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct CTCPTests {
  @Test func recognisesAnAction() throws {
    for parameter in ["\u{1}ACTION waves\u{1}", "\u{1}ACTION waves", "\u{1}action waves\u{1}"] {
      let (kind, text) = try CTCP.message(parameter, kind: .message)
      #expect(kind == .action)
      #expect(text.string == "waves")
    }
  }

  @Test func leavesOrdinaryTexts() throws {
    for kind in [Message.Kind.message, .notice] {
      let message = try CTCP.message("ACTION waves", kind: kind)
      #expect(message.kind == kind)
      #expect(message.text.string == "ACTION waves")
    }
    #expect(CTCP("") == nil)
    #expect(CTCP("\u{1}") == nil)
    #expect(CTCP("\u{1}\u{1}") == nil)
    #expect(CTCP("\u{1} x\u{1}") == nil)
    #expect(CTCP("x\u{1}VERSION\u{1}") == nil)
  }

  @Test func readsOtherCommandsAndStoresNone() {
    #expect(CTCP("\u{1}VERSION\u{1}")?.command == "VERSION")
    #expect(CTCP("\u{1}VERSION\u{1}")?.text == "")
    #expect(CTCP("\u{1}PING 1 2\u{1}")?.text == "1 2")
    #expect(throws: TextError.control(1)) { try CTCP.message("\u{1}VERSION\u{1}", kind: .message) }
    #expect(throws: TextError.empty) { try CTCP.message("\u{1}ACTION\u{1}", kind: .message) }
    #expect(throws: TextError.control(1)) { try CTCP.message("\u{1}ACTION a\u{1}b\u{1}", kind: .message) }
  }
}

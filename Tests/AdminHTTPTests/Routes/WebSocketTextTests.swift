import LineProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct WebSocketTextTests {
  private func read(_ text: String) -> Result<String, ProtocolError> {
    Result { () throws(ProtocolError) in try WebSocketText(text).text.string }
  }

  private func refusal(_ text: String) -> ErrorCode? {
    if case .failure(let error) = read(text) { error.code } else { nil }
  }

  @Test(arguments: [
    ("hello", "hello"), (#"{"text":"hello"}"#, "hello"), (" \n{ \"text\" : \"a\\nb\" } ", "a\nb"),
    (#"{"text":"hello","room":"other","x":[1]}"#, "hello"), (#"{"text":"{\"text\":1}"}"#, #"{"text":1}"#),
    // What is no JSON object is plain text.
    ("{hello", "{hello"), ("{", "{"), (#"{"text":"a"} and more"#, #"{"text":"a"} and more"#),
    (#""text""#, #""text""#), ("[1]", "[1]"), ("null", "null"), (" :-{ ", " :-{ "), ("a\r\nb", "a\nb"),
  ])
  func reads(text: String, said: String) throws { #expect(try read(text).get() == said) }

  @Test func aReferenceGoesWithAText() throws {
    #expect(try WebSocketText(#"{"text":"a","ref":"r-1"}"#).reference?.text == "r-1")
    #expect(try WebSocketText(#"{"text":"a"}"#).reference == nil)
    #expect(refusal(#"{"text":"a","ref":"two words"}"#) == .badReference)
    #expect(refusal(#"{"text":"a","ref":5}"#) == .missingField)
  }

  @Test(arguments: ["{}", #"{"txt":"a"}"#, #"{"text":5}"#, #"{"text":null}"#, #"{"text":["a"]}"#])
  func anObjectNeedsAText(_ text: String) { #expect(refusal(text) == .missingField) }

  @Test(arguments: [
    ("", ErrorCode.textEmpty), (#"{"text":""}"#, .textEmpty), ("\u{1b}[2J", .textControl),
    (#"{"text":"\u001b[2J"}"#, .textControl), (String(repeating: "x", count: 4097), .textTooLong),
    (String(repeating: "x\n", count: 64), .tooManyLines),
  ])
  func refusesWhatNoTextMayBe(text: String, code: ErrorCode) { #expect(refusal(text) == code) }
}

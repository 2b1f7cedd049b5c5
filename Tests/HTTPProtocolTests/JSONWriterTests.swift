import FoundationEssentials
import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct JSONWriterTests {
  private func written(_ write: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter()
    write(&json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test func keepsTheOrderOfTheCalls() {
    let text = written { json in
      json.beginObject()
      json.field("z", 1)
      json.field("a", "two")
      json.field("flag", true)
      json.key("none")
      json.null()
      json.key("list")
      json.beginArray()
      json.int(-5)
      json.string(":")
      json.string("[")
      json.bool(false)
      json.beginObject()
      json.endObject()
      json.beginArray()
      json.endArray()
      json.raw(Array(#"{"x":1}"#.utf8))
      json.null()
      json.endArray()
      json.field("", "{")
      json.endObject()
    }
    #expect(
      text
        == #"{"z":1,"a":"two","flag":true,"none":null,"list":[-5,":","[",false,{},[],{"x":1},null],"":"{"}"#)
  }

  @Test func appendsToWhatIsThere() {
    var json = JSONWriter(appendingTo: Array("head{".utf8))
    json.string("a")
    #expect(json.bytes == Array(#"head{"a""#.utf8))
    var other = JSONWriter(appendingTo: Array("x".utf8))
    other.beginArray()
    other.endArray()
    #expect(other.bytes == Array("x[]".utf8))
  }

  @Test func escapes() {
    #expect(written { $0.string("\"\\/\u{8}\t\n\u{c}\r") } == #""\"\\/\b\t\n\f\r""#)
    #expect(written { $0.string("\0\u{1}\u{1b}\u{1f}") } == #""\u0000\u0001\u001b\u001f""#)
    #expect(written { $0.string("é 😀 \u{7f}\u{2028}") } == "\"é 😀 \u{7f}\u{2028}\"")
    #expect(
      written {
        $0.beginObject()
        $0.field("a\"b", "")
        $0.endObject()
      } == #"{"a\"b":""}"#)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let scalars = (0..<0x300).compactMap(UnicodeScalar.init).map(String.init)
    let texts =
      scalars + [scalars.joined(), "a\u{1F600}\u{10FFFF}\u{FFFE}", "", String(repeating: "\"", count: 300)]
    var json = JSONWriter()
    json.beginArray()
    for text in texts { json.string(text) }
    json.endArray()
    let read = try JSONDecoder().decode([String].self, from: Data(json.bytes))
    #expect(read.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
  }

  @Test func numbers() {
    for number in [0, -1, 42, Int.max, Int.min] { #expect(written { $0.int(number) } == "\(number)") }
  }
}

import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct PostMessageTests {
  private func decode(_ bytes: [UInt8]) -> Result<PostMessage, Problem> {
    Result { () throws(Problem) in try PostMessage(json: bytes.span) }
  }

  private func message(_ text: String) -> PostMessage? { try? decode(Array(text.utf8)).get() }

  private func refusal(_ bytes: [UInt8]) -> Problem? {
    if case .failure(let problem) = decode(bytes) { problem } else { nil }
  }

  private func refusal(_ text: String) -> Problem? { refusal(Array(text.utf8)) }

  @Test func readsAMessage() {
    #expect(
      message(#" {"text":"a\"\u00e9\ud83d\ude00\n","user":"john","room":"r","session_id":"s"} "#)
        == PostMessage(user: "john", text: "a\"é😀\n", room: "r", sessionID: "s"))
    #expect(
      message(#"{"user":"a","text":"b"}"#) == PostMessage(user: "a", text: "b", room: nil, sessionID: nil))
    #expect(
      message(#"{"user":"a","text":"b","room":null,"session_id":null,"x":[1,{"y":null}],"X":1e400}"#)
        == PostMessage(user: "a", text: "b", room: nil, sessionID: nil))
    #expect(message(#"{"user":"a","text":"\u0000"}"#)?.text == "\0")
    #expect(message("\u{feff}{\"user\":\"a\",\"text\":\"b\"}")?.text == "b")
  }

  @Test func ofTwoMembersWithOneNameTheFirstCounts() {
    #expect(message(#"{"user":"a","text":"one","text":"two"}"#)?.text == "one")
  }

  @Test(arguments: [
    (#"{"text":"b"}"#, "user"), (#"{"user":"a"}"#, "text"), (#"{"user":"a","text":null}"#, "text"),
    (#"{"user":5,"text":"b"}"#, "user"), (#"{"user":1e99999,"text":"b"}"#, "user"), ("{}", "user"),
    (#"{"user":"a","text":["b"]}"#, "text"), (#"{"user":"a","text":"b","room":{}}"#, "room"),
    (#"{"user":"a","text":"b","session_id":true}"#, "session_id"),
  ])
  func namesTheFieldThatDoesNotFit(text: String, field: String) {
    let problem = refusal(text)
    #expect(problem?.status == .unprocessableContent)
    #expect(problem?.field == field)
    #expect(problem?.detail.contains(field) == true)
    #expect(problem?.closesConnection == false)
  }

  @Test(arguments: ["channel", "topic", "target", "to_room", "Room", "CHANNEL"])
  func aRoomUnderAnotherNameIsNotTheDefault(_ name: String) {
    for room in ["", #""room":null,"#] {
      let problem = refusal("{\"user\":\"a\",\(room)\"text\":\"b\",\"\(name)\":\"ops\"}")
      #expect(problem?.status == .unprocessableContent)
      #expect(problem?.field == name)
      #expect(problem?.detail.contains("room") == true)
    }
    #expect(message("{\"user\":\"a\",\"text\":\"b\",\"room\":\"r\",\"\(name)\":5}")?.room == "r")
    #expect(message("{\"user\":\"a\",\"text\":\"b\",\"\(name)\":null}") != nil)
    #expect(message("{\"user\":\"a\",\"text\":\"b\",\"\(name)s\":\"ops\"}") != nil)
  }

  @Test(arguments: ["[]", "5", "null", "true", #""text""#])
  func theBodyMustBeAnObject(_ text: String) {
    #expect(refusal(text)?.status == .unprocessableContent)
    #expect(refusal(text)?.field == nil)
  }

  @Test(arguments: [
    "", "  ", "{", "}", "[", "hello", "{'user':'a'}", #"{"user"}"#, #"{"user":}"#,
    #"{"user":"a" "text":"b"}"#,
    #"{"user":"a","text":"b"} x"#, #"{"user":"a","text":"b"}{}"#, #"{"user":"a","text":"b",}"#,
    #"{"user":"a","text":"b","x":[1, ]}"#, #"{,"user":"a","text":"b"}"#, #"{"user":"a","text":"b""#,
    #"{"user":"a","text":"b"#, #"{"user":"a","text":"\"#, #"{"user":"a","text":"\q"}"#,
    #"{"user":"a","text":"\u12"}"#, #"{"user":"a","text":"\ud800"}"#, #"{"user":"a","text":"\udc00x"}"#,
    #"{"user":"a","text":"\ud800\u0041"}"#, #"{"user":"a","text":"b","x":tru}"#,
    #"{"user":"a","text":"b","x":NaN}"#,
    #"{"user":"a","text":"b"/**/}"#, "{\"user\":\"a\",\"text\":\"b\nc\"}",
    "{\"user\":\"a\",\"text\":\"b\0c\"}",
    "{\"user\":\"a\",\"text\":\"b\"}\0", "\0", "{\"user\":\"a\",\"text\":\"b\"}\u{b}", #"{1:2}"#,
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(refusal(text)?.status == .badRequest, "\(text)")
  }

  @Test func refusesWhatIsNotUTF8() {
    let start = Array(#"{"user":"a","text":"b","x":""#.utf8)
    let end = Array(#""}"#.utf8)
    for bad: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x80]] {
      #expect(refusal(start + bad + end)?.status == .badRequest)
    }
    let text = #"{"user":"a","text":"b"}"#
    let little = text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    let wide = text.unicodeScalars.flatMap { [UInt8($0.value & 0xff), 0, 0, 0] }
    for encoded in [little, big, wide, [0xff, 0xfe] + little, [0xfe, 0xff] + big] {
      #expect(refusal(encoded)?.status == .badRequest)
    }
  }

  @Test func nestingIsBounded() {
    func nested(_ depth: Int) -> String {
      #"{"user":"a","text":"b","x":"# + String(repeating: "[", count: depth)
        + String(repeating: "]", count: depth) + "}"
    }
    #expect(message(nested(JSONParser.maximumDepth - 1)) != nil)
    for depth in [JSONParser.maximumDepth, 512, 513, 10_000] {
      #expect(refusal(nested(depth))?.status == .badRequest)
    }
    for depth in [32, 33, 511, 512, 513, 514, 10_000, 65_536] {
      #expect(refusal(String(repeating: "[", count: depth))?.status == .badRequest)
      #expect(refusal(String(repeating: #"{"a":"#, count: depth))?.status == .badRequest)
    }
    // Brackets in strings do not count.
    let brackets = String(repeating: #"[{\"\\"#, count: 600)
    #expect(message(#"{"user":"a","text":""# + brackets + #""}"#)?.text.utf8.count == 600 * 4)
  }

  @Test func mutatedBodiesNeverTrap() {
    var numbers = FixedNumbers(state: 8259)
    let seeds = [
      #"{"user":"a","text":"b\u00e9\n","room":null}"#,
      #"{"user":"a","x":[1,2.5e3,{"a":"\ud83d\ude00"}],"text":"é","session_id":"q"}"#,
      String(repeating: "[", count: 31), "{\"user\":\r\n\"a\"",
    ].map { Array($0.utf8) }
    let bytes = Array("{}[]\",:\\u09dDeE+-.tfn \r\n\t\0".utf8) + [0xff, 0xc0, 0xe2, 0xed, 0xa0, 0x80, 0xf4]
    var accepted = 0
    for _ in 0..<20_000 {
      guard var body = seeds.randomElement(using: &numbers) else { continue }
      for _ in 0..<Int.random(in: 1...3, using: &numbers) {
        let place = Int.random(in: 0..<body.count, using: &numbers)
        let byte = bytes[Int.random(in: 0..<bytes.count, using: &numbers)]
        if Bool.random(using: &numbers) { body[place] = byte } else { body.insert(byte, at: place) }
      }
      if case .success = decode(body) { accepted += 1 }
    }
    #expect((1..<20_000).contains(accepted))
  }
}

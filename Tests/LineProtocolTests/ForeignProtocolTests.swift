import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct ForeignProtocolTests {
  private func detect(_ bytes: [UInt8]) -> ForeignProtocol? { ForeignProtocol.detect(bytes.span) }

  @Test func recognisesTLSFromTwoBytes() {
    #expect(detect([0x16, 0x03]) == .tls)
    #expect(detect([0x16, 0x03, 0x01, 0x02, 0x00]) == .tls)
    #expect(detect([0x16]) == nil)
    #expect(detect([0x16, 0x02]) == nil)
  }

  @Test(arguments: [
    "GET / HTTP/1.1", "POST /messages HTTP/1.1\r", "OPTIONS * HTTP/1.0\r\nHost: x\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /a b HTTP/1.1",
  ])
  func recognisesHTTP(_ text: String) {
    #expect(detect(bytes(text)) == .http)
  }

  @Test(arguments: [
    "", "\r", "GET /", "GET / HTTP/1", " / HTTP/1.1", "HTTP/1.1 200 OK", "MSG lobby is it HTTP/11?",
    "get / HTTP/1.1",
    " HTTP/1.1", "A HTTP/1.1x", "NICK alice",
  ])
  func leavesOtherLines(_ text: String) {
    #expect(detect(bytes(text)) == nil)
  }

  @Test func aMessageAboutHTTPIsAMessage() throws {
    #expect(
      try plain("MSG lobby GET / HTTP/1.1") == .message(RoomName("lobby"), MessageText("GET / HTTP/1.1")))
  }
}

import HTTPProtocol
import LineProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct PublishRouteTests {
  @Test(arguments: [true, false], ["lobby", "ä&=\"\\"])
  func theAnswerIsWhatAnyResponseIs(keepAlive: Bool, room: String) {
    let message = Message(
      id: 58, room: room, user: "ann", text: "hello", time: Timestamp(milliseconds: 1_700_000_000_123))
    var body = JSONWriter()
    body.beginObject()
    body.field("status", "published")
    body.field("id", 58)
    body.field("room", room)
    body.field("ts", "2023-11-14T22:13:20.123Z")
    body.endObject()
    let location = "/messages?room=\(PercentCoding.encode(room))&after=57&limit=1"
    let response = HTTPResponse(
      .created, json: body.bytes, headers: [HTTPResponse.Field(name: "Location", value: location)])
    var expected: [UInt8] = []
    response.encode(into: &expected, keepAlive: keepAlive, date: "today")
    #expect(PublishRoute.response(to: message, keepAlive: keepAlive, date: "today") == expected)
  }

  @Test(arguments: [
    (ErrorCode.badNick, 422, "user"), (.nickReserved, 422, "user"), (.badRoom, 422, "room"),
    (.textTooLong, 422, "text"), (.textControl, 422, "text"), (.futureID, 422, "after"),
    (.noSuchRoom, 404, "room"), (.logFull, 503, ""), (.notStored, 503, ""), (.outcomeUnknown, 500, ""),
    (.historyUnavailable, 503, ""), (.shuttingDown, 503, ""), (.tooFast, 429, ""),
  ])
  func theChatsErrorsHaveTheirStatus(code: ErrorCode, status: Int, field: String) {
    let problem = Problem(ProtocolError(code, asked: "x"))
    #expect(problem.status.code == status)
    #expect((problem.field ?? "") == field)
    #expect(problem.code == code.rawValue)
    #expect(problem.detail.hasSuffix(".") && problem.detail.first?.isLowercase == false)
    #expect(problem.headers.contains { $0.name == "Retry-After" } == [429, 503].contains(status))
  }

  @Test func anUnknownOutcomeSaysSo() {
    #expect(Problem(ProtocolError(.outcomeUnknown, asked: "")).detail.contains("may be stored"))
  }
}

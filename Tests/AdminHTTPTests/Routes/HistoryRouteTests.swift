import ChatCore
import HTTPProtocol
import LineProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct HistoryRouteTests {
  private func message(_ id: MessageID, kind: Message.Kind = .message) -> Message {
    Message(
      id: id, room: "r\"", user: "ann", text: "a\nb", kind: kind, role: .ai,
      time: Timestamp(milliseconds: 1_000))
  }

  private func json(
    _ ids: [MessageID], hasMore: Bool = false, trimmedTo: MessageID = 0, _ range: HistoryQuery.Range
  ) -> String {
    let page = HistoryPage(entries: ids.map { .message(message($0)) }, hasMore: hasMore, trimmedTo: trimmedTo)
    let text = String(decoding: HistoryRoute.json(page, range), as: UTF8.self)
    return text.split(separator: "],").dropFirst().joined(separator: "],")
  }

  @Test func aMessageHasItsMembers() {
    var json = JSONWriter()
    json.message(message(7))
    let common =
      #""id":7,"user":"ann","room":"r\"","text":"a\nb","role":"ai","ts":"1970-01-01T00:00:01.000Z""#
    #expect(String(decoding: json.bytes, as: UTF8.self) == "{\(common)}")
    json = JSONWriter()
    json.message(message(7, kind: .action))
    #expect(String(decoding: json.bytes, as: UTF8.self) == #"{\#(common),"kind":"action"}"#)
  }

  @Test func aTopicHasTheMembersOfAMessage() {
    var json = JSONWriter()
    let topic = Topic(text: "tea", author: "ann", time: Timestamp(milliseconds: 1_000))
    json.entry(.topic(StoredTopic(id: 8, room: "r", topic: topic)))
    let expected =
      #"{"id":8,"user":"ann","room":"r","text":"tea","role":"user","ts":"1970-01-01T00:00:01.000Z","kind":"topic"}"#
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test func onlyTheKindsThereAreCanBeAskedFor() throws {
    let kinds = { (query: String) throws in try HistoryRoute.kinds(HTTPQuery(query.utf8.span)) }
    #expect(try kinds("") == .messages && kinds("kinds=messages") == .messages)
    #expect(try kinds("kinds=all") == .all)
    for query in ["kinds=", "kinds=ALL", "kinds=topics", "kinds=all&kinds=all"] {
      #expect(throws: Problem.self) { try kinds(query) }
    }
  }

  @Test func nextGoesOnInTheSameDirection() {
    #expect(json([5, 7], hasMore: true, .after(4)) == #""next":7}"#)
    #expect(json([5, 7], hasMore: true, .before(8)) == #""next":5}"#)
    #expect(json([5, 7], hasMore: true, .newest) == #""next":5}"#)
    for range in [HistoryQuery.Range.after(4), .before(8), .newest] {
      #expect(json([5, 7], range) == #""next":null}"#)
      #expect(json([], range) == #""next":null}"#)
    }
  }

  @Test func aGapIsTold() {
    #expect(json([5, 7], trimmedTo: 4, .after(2)) == #""next":null,"gap":[2,4]}"#)
    #expect(json([5, 7], trimmedTo: 4, .after(4)) == #""next":null}"#)
    #expect(json([5, 7], trimmedTo: 4, .before(8)) == #""next":null,"gap":[0,4]}"#)
    #expect(json([5, 7], hasMore: true, trimmedTo: 4, .before(8)) == #""next":5}"#)
    #expect(json([], trimmedTo: 4, .newest) == #""next":null,"gap":[0,4]}"#)
  }

  private func range(_ query: String, lastID: MessageID = 9) -> Result<HistoryQuery.Range, Problem> {
    Result { () throws(Problem) in
      guard let query = request("GET /?\(query) HTTP/1.1\nHost: x\n\n")?.query else { throw .internalError }
      return try HistoryRoute.range(query, lastID: lastID)
    }
  }

  @Test func readsTheRange() throws {
    #expect(try range("room=x").get() == .newest)
    #expect(try range("after=0").get() == .after(0))
    #expect(try range("after=9").get() == .after(9))
    #expect(try range("before=0").get() == .before(0))
    #expect(try range("before=9223372036854775807").get() == .before(.max))
  }

  @Test(arguments: [
    ("after=10", "after"), ("after=-1", "after"), ("after=%2B1", "after"), ("after=", "after"),
    ("after=1.0", "after"), ("after=9223372036854775808", "after"), ("after=1&after=1", "after"),
    ("before=x", "before"), ("before=5&after=1", "before"), ("before=1&before=2", "before"),
  ])
  func refusesOtherRanges(query: String, field: String) {
    guard case .failure(let problem) = range(query) else {
      Issue.record("\(query) was taken")
      return
    }
    #expect(problem.status == .unprocessableContent)
    #expect(problem.field == field)
  }
}

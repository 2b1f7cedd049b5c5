import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct ProblemTests {
  private func body(_ problem: Problem) -> String { String(decoding: problem.response.body, as: UTF8.self) }

  @Test func isToldAsProblemJSON() {
    let problem = Problem.invalid("user", "user has a \"space\".")
    #expect(
      body(problem) == #"{"type":"about:blank","title":"Unprocessable Content","status":422,"#
        + #""detail":"user has a \"space\".","field":"user"}"#)
    #expect(
      problem.response.headers
        == [HTTPResponse.Field(name: "Content-Type", value: "application/problem+json")])
    #expect(!problem.response.closesConnection)
  }

  @Test func carriesACodeAndFields() {
    let problem = Problem.unavailable("The commit is not known.", code: "outcome-unknown", retryAfter: 2)
    #expect(body(problem).hasSuffix(#","code":"outcome-unknown"}"#))
    #expect(problem.response.headers.last == HTTPResponse.Field(name: "Retry-After", value: "2"))
  }

  @Test func eachRefusalHasItsStatusAndFields() {
    let expected: [(Problem, Int, [String])] = [
      (.malformed("x"), 400, []), (.forbidden("x"), 403, []), (.notFound("/x"), 404, []),
      (.methodNotAllowed("PUT", allow: "GET, HEAD"), 405, ["Allow: GET, HEAD"]), (.timeout, 408, []),
      (.lengthRequired, 411, []), (.contentTooLarge(limit: 1), 413, []), (.targetTooLong(limit: 1), 414, []),
      (.unsupportedMediaType, 415, ["Accept: application/json"]), (.expectationFailed("x"), 417, []),
      (.invalid("a", "x"), 422, []),
      (
        .upgradeRequired("x"), 426,
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
      ),
      (.headTooLarge("x"), 431, []),
      (.internalError, 500, []), (.notImplemented("x"), 501, []),
      (.unavailable("x", retryAfter: 1), 503, ["Retry-After: 1"]), (.versionNotSupported, 505, []),
    ]
    for (problem, code, fields) in expected {
      #expect(problem.status.code == code)
      #expect(problem.headers.map { "\($0.name): \($0.value)" } == fields)
      #expect(!problem.detail.isEmpty)
    }
  }

  @Test func aClosingProblemClosesWhateverTheRequestAsked() {
    var output: [UInt8] = []
    Problem.timeout.response.encode(into: &output, keepAlive: true)
    #expect(String(decoding: output, as: UTF8.self).contains("\r\nConnection: close\r\n"))
  }

  @Test func everyParseFailureCloses() {
    for stream in HTTPCutTests.streams {
      if let problem = HTTPFeed.whole(stream).failure { #expect(problem.response.closesConnection) }
    }
  }
}

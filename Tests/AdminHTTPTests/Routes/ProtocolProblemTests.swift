import HTTPProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct ProtocolProblemTests {
  @Test func tooManyRequestsAreToldWhenToComeAgain() {
    let problem = Problem.tooFast(retryAfter: 3)
    #expect(problem.status.code == 429)
    #expect(problem.headers == [HTTPResponse.Field(name: "Retry-After", value: "3")])
    #expect(!problem.detail.isEmpty)
  }
}

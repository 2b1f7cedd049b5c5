import HTTPProtocol
import LineProtocol
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct WebSocketInFlightTests {
  private let error = ProtocolError(.notJoined, asked: "ops")

  @Test func nothingIsDueAtFirst() {
    var inFlight = WebSocketInFlight()
    #expect(inFlight.takesMore)
    #expect(inFlight.takeDue() == nil)
  }

  @Test func aRefusalComesOnceAndAfterTheMessagesBeforeIt() {
    var inFlight = WebSocketInFlight()
    inFlight.add()
    inFlight.add()
    inFlight.refuse(error)
    #expect(!inFlight.takesMore)
    inFlight.settle()
    #expect(inFlight.takeDue() == nil)
    inFlight.settle()
    #expect(inFlight.takeDue() == .refuse(error))
    #expect(inFlight.takeDue() == nil)
    #expect(inFlight.takesMore)
  }

  @Test func anEndComesAfterAllAndForGood() {
    var inFlight = WebSocketInFlight()
    inFlight.add()
    inFlight.refuse(error)
    inFlight.end(.goodbye(.normal, "left"))
    inFlight.end(.hangUp)
    #expect(inFlight.takeDue() == nil)
    inFlight.settle()
    #expect(inFlight.takeDue() == .refuse(error))
    #expect(inFlight.takeDue() == .end(.goodbye(.normal, "left")))
    #expect(!inFlight.takesMore)
    #expect(inFlight.takeDue() == .end(.goodbye(.normal, "left")))
  }

  @Test func soManyAreInFlightAtMost() {
    var inFlight = WebSocketInFlight()
    for _ in 0..<WebSocketInFlight.limit { inFlight.add() }
    #expect(!inFlight.takesMore)
    inFlight.settle()
    #expect(inFlight.takesMore)
  }
}

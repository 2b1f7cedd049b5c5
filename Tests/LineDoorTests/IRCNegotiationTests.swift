import Delivery
import LineProtocol
import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct IRCNegotiationTests {
  private func takes(_ request: String, _ negotiation: inout IRCNegotiation) -> Bool {
    negotiation.request(request)
  }

  @Test func allAreListedInOrder() {
    #expect(IRCCapabilities.all.names == "batch cap-notify echo-message message-tags server-time")
    #expect(IRCCapabilities().names == "")
  }

  @Test func requestsAddAndTakeAway() {
    var negotiation = IRCNegotiation()
    #expect(takes("server-time echo-message", &negotiation))
    #expect(negotiation.enabled == [.serverTime, .echoMessage])
    #expect(takes("-server-time  batch ", &negotiation))
    #expect(negotiation.enabled == [.batch, .echoMessage])
    #expect(takes("", &negotiation))
    #expect(negotiation.enabled == [.batch, .echoMessage])
  }

  @Test(arguments: ["server-time sasl", "sasl", "-sasl", "-", "server-time=1", "SERVER-TIME", "--batch"])
  func aRequestIsTakenWholeOrNotAtAll(_ list: String) {
    var negotiation = IRCNegotiation()
    #expect(!takes(list, &negotiation))
    #expect(negotiation.enabled == [])
  }

  @Test func theSameCapabilityTwiceCountsInOrder() {
    var negotiation = IRCNegotiation()
    #expect(takes("batch -batch", &negotiation))
    #expect(negotiation.enabled == [])
  }

  @Test func version302BringsCapNotify() {
    var negotiation = IRCNegotiation()
    negotiation.list(version: nil)
    #expect(negotiation.enabled == [])
    #expect(takes("cap-notify", &negotiation) && takes("-cap-notify", &negotiation))
    negotiation.list(version: "302")
    #expect(negotiation.enabled == .capNotify)
    negotiation.list(version: "nonsense")
    #expect(negotiation.version == 302)
    #expect(!takes("-cap-notify batch", &negotiation))
    #expect(negotiation.enabled == .capNotify)
  }

  @Test func tagsFollowFromCapabilities() {
    #expect(IRCCapabilities([.batch, .echoMessage, .capNotify]).tags == [])
    #expect(IRCCapabilities.serverTime.tags == .time)
    #expect(IRCCapabilities.messageTags.tags == .msgid)
    #expect(IRCCapabilities.all.tags == [.time, .msgid])
  }

  @Test func everyTagSetHasItsFormat() {
    for tags in LineFormats.tagSets { #expect(LineFormats.tagSets[FormatID.irc(tags).index - 1] == tags) }
  }
}

import Testing

@testable import Reactor

@Suite(.timeLimit(.minutes(5))) struct PeerAddressTests {
  @Test(arguments: [
    ("192.0.2.7", "192.0.2.7"), ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"), ("::1", "0:0:0:0::/64"),
  ])
  func isWrittenAsPeopleDo(host: String, shown: String) throws {
    let address = try #require(try SocketAddress.resolve(host: host, port: 1).first)
    #expect("\(address.peer)" == shown)
  }
}

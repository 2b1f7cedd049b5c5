import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct AddressTests {
  @Test(
    arguments: [
      ("127.0.0.1:6667", "127.0.0.1", 6667), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535),
      ("*:80", "*", 80), ("chat.example.org:6667", "chat.example.org", 6667),
    ] as [(String, String, UInt16)])
  func readsHostAndPort(text: String, host: String, port: UInt16) throws {
    let address = try Address(parsing: text)
    #expect(address == Address(host: host, port: port))
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", ":", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1",
    "localhost:6667 ",
    "local host:1", "::1:6667", "[::1]", "[]:1", "[::1:1", "::1]:1", "[localhost]:1",
    "localhost:99999999999999999999",
    "http://localhost:80", "a\u{E9}:1", "a:1:2",
  ])
  func refuses(text: String) {
    #expect(throws: InvalidValue.self) { try Address(parsing: text) }
  }

  /// Elsewhere it means every address; here nobody is let in from outside by leaving something out.
  @Test func aPortAloneIsOnThisMachine() throws {
    #expect(try Address(parsing: ":6667") == Address(host: "127.0.0.1", port: 6667))
    #expect(try Values.remoteAddress(":6667") == Address(host: "127.0.0.1", port: 6667))
  }

  @Test func knowsEveryAddress() throws {
    #expect(try Address(parsing: "*:1").isEveryAddress)
    #expect(try !Address(parsing: "0.0.0.0:1").isEveryAddress)
  }

  @Test func toConnectToItTakesAPortAndAHost() throws {
    #expect(try Values.remoteAddress("[::1]:1") == Address(host: "::1", port: 1))
    #expect(throws: InvalidValue.self) { try Values.remoteAddress("localhost:0") }
    #expect(throws: InvalidValue.self) { try Values.remoteAddress("*:6667") }
  }
}

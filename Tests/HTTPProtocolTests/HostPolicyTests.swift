import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct HostPolicyTests {
  private let policy = HostPolicy(names: ["chat.example", "Box.Local.", "*"])

  @Test(arguments: [
    "127.0.0.1", "10.0.0.7:80", "[::1]", "[::1]:8000", "[fe80::1%eth0]:1", "localhost", "LOCALHOST:8000",
    "localhost.", "a.localhost", "x", "my_box:8000", "chat.example", "Chat.Example.:1", "box.local", "",
    "chat.example:",
  ])
  func isNamedSo(_ host: String) { #expect(policy.permits(host)) }

  @Test(arguments: [
    "evil.example", "xchat.example", "chat.example.evil.example", "sub.chat.example", "com.", ".", "..", ":",
    ":8000", "localhost.evil.example", "1.2.3", "1.2.3.4.5", "0127.0.0.1x.a", "[::1", "[::1]x",
    "[]",
    "[evil.example]", "[127.0.0.1]", "::1", "a:b", "a:1:2", "chat.example:-1", "evil%2eexample",
    "evil%2Eexample",
    "box.local..",
  ])
  func isNotNamedSo(_ host: String) { #expect(!policy.permits(host)) }
}

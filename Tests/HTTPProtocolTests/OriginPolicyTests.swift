import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct OriginPolicyTests {
  private let policy = OriginPolicy(
    allowed: ["https://chat.example", "http://localhost:3000"], hosts: HostPolicy(names: ["own.example"]))

  private func permits(_ origin: String, _ host: String) -> Bool { policy.permits([origin], host: host) }

  @Test func whatIsNoBrowserSendsNone() { #expect(policy.permits([], host: "localhost:8000")) }

  @Test(arguments: [
    ("http://localhost:8000", "localhost:8000"), ("HTTP://LocalHost:8000", "localhost:8000"),
    ("http://localhost:8000", "LOCALHOST:8000"), ("https://10.0.0.7", "10.0.0.7"),
    ("http://10.0.0.7", "10.0.0.7:80"), ("https://10.0.0.7", "10.0.0.7:443"),
    ("http://[::1]:8000", "[::1]:8000"), ("http://own.example", "own.example"),
    ("http://box:8000", "box:8000"),
  ])
  func ownPages(origin: String, host: String) { #expect(permits(origin, host)) }

  @Test(arguments: ["https://chat.example", "HTTPS://Chat.Example", "http://localhost:3000"])
  func allowedPages(_ origin: String) { #expect(permits(origin, "127.0.0.1:8000")) }

  @Test(arguments: [
    ("http://evil.example", "localhost:8000"), ("http://localhost", "localhost:8000"),
    ("http://localhost:8001", "localhost:8000"), ("http://127.0.0.1:8000", "localhost:8000"),
    ("http://chat.example", "localhost:8000"), ("https://chat.example:8443", "localhost:8000"),
    ("https://chat.example.evil.example", "localhost:8000"), ("null", "localhost:8000"),
    ("", "localhost:8000"),
    ("http://", ""), ("file://", ""), ("http://localhost:8000/", "localhost:8000"),
    ("http://10.0.0.7", "10.0.0.7:443"), ("http://rebound.example", "rebound.example"),
    ("localhost:8000", "localhost:8000"),
  ])
  func foreignPages(origin: String, host: String) { #expect(!permits(origin, host)) }

  @Test func twoOriginsAreNone() {
    #expect(!policy.permits(["http://localhost:8000", "http://localhost:8000"], host: "localhost:8000"))
  }
}

import Testing

@testable import HTTPProtocol

@Suite(.timeLimit(.minutes(5))) struct HTTPTargetTests {
  private func target(_ text: String, _ method: String = "GET") -> HTTPTarget? {
    request("\(method) \(text) HTTP/1.1\nHost: own\n\n")?.target
  }

  @Test(arguments: [
    ("/", "/"), ("/messages", "/messages"), ("/a%20b", "/a b"), ("/a+b", "/a+b"), ("/%C3%A9", "/é"),
    ("/%c3%a9", "/é"), ("//x", "//x"), ("/a?b", "/a"), ("/%2F%3F", "//?"), ("/%00", "/\0"),
    ("http://a", "/"), ("http://a?q", "/"), ("http://a/", "/"), ("HTTP://a:80/b?c=d", "/b"),
    ("https://[::1]:8/x", "/x"), ("/a|b{c}^`\\", "/a|b{c}^`\\"),
  ])
  func path(_ text: String, _ path: String) {
    #expect(target(text)?.path == path)
  }

  @Test(arguments: [
    "a", "?a", "*", "ftp://a/", "http:/a", "http://", "http:///a", "http://?a", "http://u@a/", "http://a b/",
    "/%", "/%4", "/%4g", "/%g4", "/%%41", "/%ff", "/%c3", "/%ed%a0%80", "/?a=%", "/?%zz=1", "/?a=%ff", "/#a",
    "/a#b",
    "/é", "/\"", "/<", "/>", "/\u{1}", "/\u{7f}", "example.com:443",
  ])
  func refuses(_ text: String) {
    #expect(refusal("GET \(text) HTTP/1.1\nHost: own\n\n") == 400)
  }

  @Test func asteriskIsForOptions() {
    #expect(target("*", "OPTIONS")?.path == "*")
    #expect(refusal("OPTIONS *a HTTP/1.1\nHost: own\n\n") == 400)
  }

  @Test func connectIsNotServed() {
    #expect(refusal("CONNECT example.com:443 HTTP/1.1\nHost: own\n\n") == 501)
  }

  @Test func theAbsoluteFormNamesTheHost() {
    #expect(request("GET http://other:81/a HTTP/1.1\nHost: own\n\n")?.host == "other:81")
    #expect(request("GET /a HTTP/1.1\nHost: own\n\n")?.host == "own")
    // RFC 9112 §3.2: Host is needed all the same.
    #expect(refusal("GET http://other/a HTTP/1.1\n\n") == 400)
  }

  @Test func query() {
    let query = target("/?a=1&b=x%26y+z&&c&=d&a=2&e=f=g&%C3%A9=%C3%BC&k%2B+=%2B&")?.query
    let expected = [
      ("a", "1"), ("b", "x&y z"), ("c", ""), ("", "d"), ("a", "2"), ("e", "f=g"), ("é", "ü"), ("k+ ", "+"),
    ]
    #expect(query?.items == expected.map { HTTPQuery.Item(name: $0.0, value: $0.1) })
    #expect(query?["a"] == "1")
    #expect(query?.all("a") == ["1", "2"])
    #expect(query?["z"] == nil)
    #expect(target("/?")?.query.items == [])
    #expect(target("/?a?b")?.query["a?b"] == "")
  }

  @Test func encodedTextDecodesToItself() throws {
    for text in ["", "lobby", "a b+c&d=e%/?#", "größe 😀", "\0\n\u{7f}", "-._~"] {
      let encoded = PercentCoding.encode(text)
      #expect(encoded.utf8.allSatisfy { ASCII.isTarget($0) && $0 != UInt8(ascii: "&") })
      #expect(try PercentCoding.decode(Array(encoded.utf8).span) == text)
      #expect(try PercentCoding.decode(Array(encoded.utf8).span, plusIsSpace: true) == text)
      #expect(target("/?room=\(encoded)")?.query["room"] == text)
    }
    #expect(PercentCoding.encode("a b/é-._~") == "a%20b%2F%C3%A9-._~")
  }
}

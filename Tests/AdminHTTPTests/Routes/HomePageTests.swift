import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct HomePageTests {
  @Test func namesTheRealAddresses() {
    let page = HomePage.html(host: "chat.example:8000", line: "127.0.0.1:7000")
    #expect(page.contains("nc 127.0.0.1 7000\n"))
    #expect(page.contains("http://chat.example:8000/messages\n"))
    #expect(page.contains("ws://chat.example:8000/ws?"))
  }

  @Test(arguments: [
    ("chat.example:8000", "0.0.0.0:7000", "nc chat.example 7000\n"),
    ("chat.example", "[::]:7", "nc chat.example 7\n"),
    ("[::1]:8000", "[::]:7000", "nc ::1 7000\n"), ("x", "[fe80::1]:6667", "nc fe80::1 6667\n"),
  ])
  func theLineDoorIsWhereTheClientFindsIt(host: String, line: String, command: String) {
    #expect(HomePage.html(host: host, line: line).contains(command))
  }

  /// Tried with irssi 1.4 and WeeChat 3.8.
  @Test func saysWhatEachIRCClientTakes() {
    let page = HomePage.html(host: "x", line: "127.0.0.1:7000")
    #expect(page.contains("/connect 127.0.0.1 7000\n"))
    #expect(page.contains("/server add lc 127.0.0.1/7000 -notls\n/connect lc\n"))
    #expect(HomePage.html(host: "x", line: "[fe80::1]:6667").contains("/server add lc fe80::1/6667 -notls\n"))
  }

  @Test func whatTheClientSaysIsNoMarkup() {
    let page = HomePage.html(host: "<script>alert('&\"')</script>", line: nil)
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)"))
  }
}

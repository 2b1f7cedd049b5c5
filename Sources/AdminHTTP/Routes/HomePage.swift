import HTTPProtocol

/// `GET /`: says what this is and how to reach a room.
enum HomePage {
  static let route: Route = Route(
    method: .get, path: "/", summary: "A page for people: what this is, and how to reach a room.",
    answers: [Route.Answer(status: .ok, description: "The page.", content: .text(mediaType: "text/html"))],
    answer: { request, context in
      let page = html(host: request.host, line: context.settings.lineAddresses().first)
      return .respond(HTTPResponse(.ok, headers: HTMLPage.headers, body: Array(page.utf8)))
    })

  /// `host`: as the client calls this server, with the port. `line`: where the line door listens.
  static func html(host: String, line: String?) -> String {
    let http = HTMLPage.escaped(host.isEmpty ? "localhost" : host)
    let (lineHost, linePort) = reachable(line ?? "", from: host)
    let (host, port) = (HTMLPage.escaped(lineHost), HTMLPage.escaped(linePort))
    return HTMLPage.document(
      title: "LineChat",
      """
      <h1>LineChat</h1>
      <p>A chat room you can reach with <code>nc</code>, an IRC client, <code>curl</code> or a WebSocket.
      Every acknowledged message is on disk. Who comes back with the last id it has seen misses nothing.</p>
      <h2>With netcat</h2>
      <pre>nc \(host) \(port)
      NICK alice
      JOIN default
      MSG default hello there</pre>
      <p><code>HELP</code> lists the other commands.</p>
      <h2>With irssi</h2>
      <pre>/connect \(host) \(port)
      /join #default</pre>
      <h2>With WeeChat</h2>
      <pre>/server add lc \(host)/\(port) -notls
      /connect lc
      /join #default</pre>
      <p>Any other IRC client does too: host \(host), port \(port), no TLS.</p>
      <h2>With curl</h2>
      <pre>curl -H 'Content-Type: application/json' \\
        -d '{"user":"alice","room":"default","text":"hello there"}' http://\(http)/messages
      curl 'http://\(http)/messages?room=default'</pre>
      <h2>With a WebSocket</h2>
      <pre>ws://\(http)/ws?user=alice&amp;room=default</pre>
      <p>Send <code>{"text":"hello there"}</code> or plain text.</p>
      <h2>More</h2>
      <ul>
      <li><a href="/openapi.json">/openapi.json</a>: everything that HTTP offers here
      <li><a href="/rooms">/rooms</a>, <a href="/health">/health</a>, <a href="/metrics">/metrics</a>
      </ul>
      """)
  }

  /// Host and port of the line door; if it listens on every address, then on the one by which the client has
  /// come.
  private static func reachable(_ line: String, from host: String) -> (host: String, port: String) {
    guard let line = Authority(line), !line.host.isEmpty else { return ("localhost", "6667") }
    let isEveryAddress = line.host == "0.0.0.0" || line.host == "::"
    return (String(isEveryAddress ? Authority(host)?.host ?? "localhost" : line.host), String(line.port))
  }
}

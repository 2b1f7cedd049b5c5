/// `GET /`: says what this is and how to reach a room.
enum HomePage {
  static let route: Route = Route(
    method: .get, path: "/", summary: "A page for people: what this is, and how to reach a room.",
    answers: [Route.Answer(status: .ok, description: "The page.", content: .text(mediaType: "text/html"))],
    answer: { request, door in
      let page = html(host: request.host, line: door.settings.lineAddresses().first)
      return .respond(HTTPResponse(.ok, headers: headers, body: Array(page.utf8)))
    })

  /// The page loads nothing and runs nothing, and says so to the browser.
  private static let headers = [
    HTTPResponse.Field(name: "Content-Type", value: "text/html; charset=utf-8"),
    HTTPResponse.Field(
      name: "Content-Security-Policy",
      value: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    HTTPResponse.Field(name: "X-Content-Type-Options", value: "nosniff"),
  ]

  /// `host`: as the client calls this server, with the port. `line`: where the line door listens.
  static func html(host: String, line: String?) -> String {
    let http = escaped(host.isEmpty ? "localhost" : host)
    let (lineHost, linePort) = reachable(line ?? "", from: host)
    let line = "\(escaped(lineHost)) \(escaped(linePort))"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <meta name="color-scheme" content="light dark">
      <title>LineChat</title>
      <h1>LineChat</h1>
      <p>A chat room you can reach with <code>nc</code>, an IRC client, <code>curl</code> or a WebSocket.
      Every acknowledged message is on disk, and every reconnect resumes exactly where it stopped.</p>
      <h2>With netcat</h2>
      <pre>nc \(line)
      NICK alice
      JOIN default
      MSG default hello there</pre>
      <p><code>HELP</code> lists the other commands.</p>
      <h2>With an IRC client</h2>
      <pre>/connect \(line)
      /join #default</pre>
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
      </html>

      """
  }

  /// Host and port of the line door; if it listens on every address, then on the one by which the client has come.
  private static func reachable(_ line: String, from host: String) -> (host: String, port: String) {
    let (address, port) = split(line)
    if address == "0.0.0.0" || address == "::" { return (split(host).host, port) }
    return (address.isEmpty ? "localhost" : address, port.isEmpty ? "6667" : port)
  }

  /// `HOST:PORT`, where an IPv6 address has brackets and the port may be missing.
  private static func split(_ authority: String) -> (host: String, port: String) {
    if authority.hasPrefix("[") {
      let parts = authority.dropFirst().split(separator: "]", maxSplits: 1)
      return (String(parts.first ?? ""), String((parts.dropFirst().first ?? "").drop { $0 == ":" }))
    }
    let parts = authority.split(separator: ":", maxSplits: 1)
    return (String(parts.first ?? ""), String(parts.dropFirst().first ?? ""))
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.append(character)
      }
    }
  }
}

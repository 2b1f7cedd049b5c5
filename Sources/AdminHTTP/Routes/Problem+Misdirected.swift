import HTTPProtocol

extension Problem {
  /// A request for a name that this server does not answer to (RFC 9110 §15.5.20). A person sees a page.
  static func misdirected(_ request: HTTPRequest) -> Problem {
    let host = Authority(request.host)?.host ?? request.host[...]
    var problem = Problem(
      .misdirectedRequest,
      "This server does not answer to the name \(host); --allow-host \(host) makes it.")
    if request.headers.lists("text/html", in: "accept") { problem.page = page(for: host) }
    return problem
  }

  private static func page(for host: Substring) -> String {
    let host = HTMLPage.escaped(host)
    return HTMLPage.document(
      title: "421 Misdirected Request",
      """
      <h1>\(host) is not a name of this server</h1>
      <p>LineChat answers to its addresses, to <code>localhost</code>, to names without a dot and to names that it was given.
      Any other name could be made to lead here by a page that wants to read along.</p>
      <p>If this name is meant for it, start it with</p>
      <pre>linechat serve --allow-host \(host)</pre>
      """)
  }
}

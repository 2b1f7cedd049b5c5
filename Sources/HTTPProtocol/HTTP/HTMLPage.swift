/// What is sent to people: pages that load nothing and run nothing, and say so to the browser.
public enum HTMLPage {
  public static let headers = [
    HTTPResponse.Field(name: "Content-Type", value: "text/html; charset=utf-8"),
    HTTPResponse.Field(
      name: "Content-Security-Policy",
      value: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    HTTPResponse.Field(name: "X-Content-Type-Options", value: "nosniff"),
  ]

  public static func document(title: String, _ content: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <title>\(title)</title>
    \(content)
    </html>

    """
  }

  public static func escaped(_ text: some StringProtocol) -> String {
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

import LineProtocol

/// What the server tells clients of itself with RPL_ISUPPORT (modern.ircdocs.horse/#rplisupport-parameters).
enum IRCSupport {
  /// Bytes of a topic: with the longest names a TOPIC line still fits 512 bytes.
  static let topicBytes = 300
  /// Nicks of one USERHOST (RFC 2812 §4.8).
  static let userHostNicks = 5

  /// `roomsPerSession`: nil for no limit, which is told by leaving the token out.
  static func tokens(networkName: String, roomsPerSession: Int?) -> [String] {
    let limit = roomsPerSession.map { ["CHANLIMIT=#:\($0)"] } ?? []
    return ["CASEMAPPING=ascii"] + limit + [
      "CHANMODES=,,,",
      "CHANNELLEN=\(Limits.room + 1)",
      "CHANTYPES=#",
      "CLIENTTAGDENY=*,-\(IRCUtterance.referenceTag)",
      "NETWORK=\(escaped(networkName))",
      "NICKLEN=\(Limits.nick)",
      // There are no prefixes. Without a value, clients are known to fail at the first list of names.
      "PREFIX=()",
      "SAFELIST",
      "TARGMAX=JOIN:,LIST:,NAMES:,NOTICE:\(IRCUtterance.maximumTargets),PART:,"
        + "PRIVMSG:\(IRCUtterance.maximumTargets),USERHOST:\(userHostNicks),WHO:1,WHOIS:1",
      "TOPICLEN=\(topicBytes)",
      "UTF8ONLY",
    ]
  }

  /// A token's value: what would end it is written as `\xHH`.
  static func escaped(_ value: String) -> String {
    var escaped = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case " ": escaped += "\\x20"
      case "=": escaped += "\\x3D"
      case "\\": escaped += "\\x5C"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

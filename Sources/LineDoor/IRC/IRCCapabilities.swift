import Delivery
import LineProtocol

/// Capabilities of the IRC dialect (IRCv3 capability negotiation).
struct IRCCapabilities: OptionSet, Sendable {
  let rawValue: UInt8

  static let batch = IRCCapabilities(rawValue: 1)
  static let capNotify = IRCCapabilities(rawValue: 2)
  static let echoMessage = IRCCapabilities(rawValue: 4)
  static let messageTags = IRCCapabilities(rawValue: 8)
  static let serverTime = IRCCapabilities(rawValue: 16)

  /// All of them, in the order in which they are listed. None has a value to show in version 302.
  static let table: [(name: String, capability: IRCCapabilities)] = [
    ("batch", .batch),
    ("cap-notify", .capNotify),
    ("echo-message", .echoMessage),
    ("message-tags", .messageTags),
    ("server-time", .serverTime),
  ]

  static let all = table.reduce(into: IRCCapabilities()) { $0.formUnion($1.capability) }

  static func named(_ name: some StringProtocol) -> IRCCapabilities? {
    table.first { $0.name == name }?.capability
  }

  var names: String {
    Self.table.filter { contains($0.capability) }.map(\.name).joined(separator: " ")
  }

  /// The tags on messages that they ask for.
  var tags: IRCTagSet {
    var tags: IRCTagSet = []
    if contains(.serverTime) { tags.insert(.time) }
    if contains(.messageTags) { tags.insert(.msgid) }
    return tags
  }
}

/// What a client and the server have agreed on with CAP (IRCv3 capability negotiation, version 302).
struct IRCNegotiation: Equatable {
  private(set) var enabled: IRCCapabilities = []
  /// The version asked for with `CAP LS`; the highest counts.
  private(set) var version = 301

  /// `CAP LS [version]`
  mutating func list(version text: String?) {
    version = max(version, text.flatMap(Int.init) ?? 0)
    if version >= 302 { enabled.insert(.capNotify) }
  }

  /// `CAP REQ`: names, those with a `-` to be taken away. All of them are changed, or none: then false.
  mutating func request(_ list: String) -> Bool {
    var wanted = enabled
    for word in list.split(separator: " ") {
      let isRemoval = word.utf8.first == UInt8(ascii: "-")
      guard let capability = IRCCapabilities.named(isRemoval ? word.dropFirst() : word) else { return false }
      if isRemoval { wanted.subtract(capability) } else { wanted.formUnion(capability) }
    }
    // cap-notify goes with version 302 and cannot be taken away.
    if version >= 302, !wanted.contains(.capNotify) { return false }
    enabled = wanted
    return true
  }
}

extension IRCDialect {
  /// `CAP subcommand [parameter]` (IRCv3 capability negotiation).
  static func capability(_ line: IRCLine, _ books: Books) -> LineStep {
    let parameter = line.parameters.count > 1 ? line.parameters[1] : nil
    var negotiation = books.irc.negotiation
    switch line.parameters[0].uppercased() {
    case "LS":
      negotiation.list(version: parameter)
      return negotiate(negotiation, "LS", IRCCapabilities.all.names, books)
    case "LIST": return .say(capabilities("LIST", negotiation.enabled.names, books))
    case "REQ":
      let isAccepted = negotiation.request(parameter ?? "")
      return negotiate(negotiation, isAccepted ? "ACK" : "NAK", parameter ?? "", books)
    case "END":
      guard case .negotiating(let hasUser) = books.registration else { return .done }
      return goOn(.registering(hasUser: hasUser), books)
    default: return books.refuse(IRCRefusal(.errInvalidCapCmd, [line.parameters[0]]))
    }
  }

  private static func negotiate(
    _ negotiation: IRCNegotiation, _ subcommand: String, _ names: String, _ books: Books
  ) -> LineStep {
    var steps: [LineStep] = [
      .own(.negotiate(negotiation)), .say(capabilities(subcommand, names, books)),
    ]
    switch books.registration {
    case .registering(let hasUser): steps.append(.own(.register(.negotiating(hasUser: hasUser))))
    case .plain, .negotiating, .registered: break
    }
    return .steps(steps)
  }

  private static func capabilities(_ subcommand: String, _ names: String, _ books: Books) -> [UInt8] {
    books.lines { $0.line("CAP", [books.name, subcommand], text: names) }
  }
}

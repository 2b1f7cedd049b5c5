import ChatClient
import LineProtocol

/// What the client subcommands can be told.
struct ClientSettings: Equatable, Sendable {
  /// The line door.
  var server = Address(host: "127.0.0.1", port: 6667)
  /// nil: the name of the system's user.
  var name: Nick?
  var after: MessageID?

  static let to = Option<ClientSettings>(
    "to", "HOST:PORT", default: "127.0.0.1:6667", "the server's line address",
    into: \.server, parse: Values.remoteAddress)
  static let `as` = Option<ClientSettings>(
    "as", "NAME", default: nil, "the name to speak under; by default the system's user",
    into: \.name, parse: { (text) throws(InvalidValue) in try Values.nick(text) })
  static let after = Option<ClientSettings>(
    "after", "ID", default: nil,
    "begin after this id, 0 for all; by default only what comes next",
    into: \.after, parse: Values.messageID)

  /// The settings that flags and environment give together.
  init(
    _ flags: [GivenValue], _ table: [Option<ClientSettings>], _ sources: OptionSources
  ) throws(UsageError) {
    self.init()
    let environment = environmentValues(sources.environment, table.map(\.description))
    try Option.apply([environment, flags], of: table, to: &self)
  }

  private init() {}
}

extension ServerAddress {
  init(_ address: Address) { self.init(host: address.host, port: address.port) }
}

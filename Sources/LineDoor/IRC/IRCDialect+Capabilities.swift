import LineProtocol

extension IRCDialect {
  /// `CAP subcommand [parameter]` (IRCv3 capability negotiation).
  func capability(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let parameter = line.parameters.count > 1 ? line.parameters[1] : nil
    switch line.parameters[0].uppercased() {
    case "LS":
      isNegotiating = !isRegistered
      negotiation.list(version: parameter)
      tellCapabilities("LS", IRCCapabilities.all.names, session)
    case "LIST": tellCapabilities("LIST", negotiation.enabled.names, session)
    case "REQ":
      isNegotiating = !isRegistered
      let isAccepted = negotiation.request(parameter ?? "")
      session.change(to: .irc(negotiation.enabled.tags))
      tellCapabilities(isAccepted ? "ACK" : "NAK", parameter ?? "", session)
    case "END":
      isNegotiating = false
      return registerIfReady(session)
    default: refuse(IRCRefusal(.errInvalidCapCmd, [line.parameters[0]]), session)
    }
    return .done
  }

  private func tellCapabilities(_ subcommand: String, _ names: String, _ session: LineSession) {
    let irc = session.settings.irc
    session.send {
      irc.line(
        source: irc.serverName, command: "CAP", params: [name(session), subcommand], trailing: names,
        into: &$0)
    }
  }
}

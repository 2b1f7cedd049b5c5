import Delivery
import LineProtocol

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

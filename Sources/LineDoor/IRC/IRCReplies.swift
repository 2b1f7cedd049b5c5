import ChatCore
import Delivery
import LineProtocol

/// Lines for one client, put together.
struct IRCReplies {
  private(set) var bytes: [UInt8] = []
  let encoder: IRCEncoder
  /// What numerics call the client.
  let name: String

  mutating func numeric(_ numeric: Numeric, _ params: [String] = [], text: String? = nil) {
    encoder.numeric(numeric, to: name, params: params, trailing: text, into: &bytes)
  }

  mutating func list(_ numeric: Numeric, _ params: [String] = [], _ items: some Sequence<String>) {
    encoder.list(numeric, to: name, params: params, items: items, into: &bytes)
  }

  /// A line of the server that is no numeric.
  mutating func line(_ command: String, _ params: [String], text: String) {
    encoder.line(
      source: encoder.serverName, command: command, params: params, trailing: text, into: &bytes)
  }

  /// The last line of a session.
  mutating func closingLink(_ reason: String) {
    encoder.line(command: "ERROR", trailing: "Closing Link: \(name) (\(reason))", into: &bytes)
  }

  /// Any other lines.
  mutating func append(_ encode: (IRCEncoder, inout [UInt8]) -> Void) { encode(encoder, &bytes) }
}

extension Books {
  /// What numerics call the client.
  var name: String { nick?.text ?? "*" }

  var format: IRCFormat { IRCFormat(encoder: settings.irc, tags: irc.negotiation.enabled.tags) }

  func lines(_ write: (inout IRCReplies) -> Void) -> [UInt8] {
    var replies = IRCReplies(encoder: settings.irc, name: name)
    write(&replies)
    return replies.bytes
  }

  func say(_ write: (inout IRCReplies) -> Void) -> LineStep { .say(lines(write)) }

  func reply(_ numeric: Numeric, _ params: [String] = [], text: String? = nil) -> LineStep {
    say { $0.numeric(numeric, params, text: text) }
  }

  func refuse(_ refusal: IRCRefusal) -> LineStep {
    switch refusal.reply {
    case .numeric(let numeric):
      let bytes = lines { $0.numeric(numeric, refusal.params, text: refusal.reason) }
      return .refuse(bytes, code: "irc-\(numeric.code)")
    case .fail:
      return .refuse(lines { $0.line("FAIL", refusal.params, text: refusal.reason ?? "") }, code: "irc-fail")
    }
  }

  /// Shows the client what it did itself.
  func tell(_ event: Event) -> LineStep {
    var bytes: [UInt8] = []
    format.encode(event, seenBy: .origin, into: &bytes)
    return .say(bytes)
  }
}

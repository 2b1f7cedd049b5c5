import ChatCore
import Delivery
import LineProtocol
import Synchronization

/// The IRC dialect (modern.ircdocs.horse, IRCv3).
///
/// A line's command is looked up in ``IRCCommand/table``, and its handler called. A handler that requests or asks something is told
/// the outcome later; a line that names several targets is dealt with part by part, in order. The session is busy meanwhile, so the
/// next line waits.
final class IRCDialect: LineDialect {
  /// Deals with one part of a line.
  typealias Part = (IRCDialect, LineSession) -> IRCProgress
  /// Goes on with what the directory has answered.
  typealias Answer = (DirectoryAnswer, IRCDialect, LineSession) -> IRCProgress
  /// Tells the client why nothing came of what was requested.
  typealias Refused = (ProtocolError, IRCDialect, LineSession) -> Void

  var negotiation = IRCNegotiation()
  /// The client has begun to negotiate capabilities: it is registered only after `CAP END`.
  var isNegotiating = false
  var hasUser = false
  var isRegistered = false
  var modes = IRCUserModes()
  var inFlight = MessagesInFlight()

  /// Lines that came before it was clear that this is IRC, and that it deals with first.
  private var held: ArraySlice<[UInt8]>
  /// The last part comes first.
  private var parts: [Part] = []
  private var refused: Refused?

  init(held: some Sequence<[UInt8]>) { self.held = Array(held)[...] }

  // MARK: Lines

  func receive(_ line: Span<UInt8>, endsWithCRLF: Bool, _ session: LineSession) -> LineOutcome {
    while session.isIdle, let line = held.popFirst() { _ = obey(line.span, session) }
    return held.isEmpty ? obey(line, session) : .wait
  }

  private func obey(_ bytes: Span<UInt8>, _ session: LineSession) -> LineOutcome {
    do throws(IRCRefusal) {
      guard let line = try read(bytes) else { return .done }
      let command = try IRCCommand.find(line, isRegistered: isRegistered)
      switch command.handler {
      case .pipelined(let handle): return handle(self, line, session)
      case .alone(let handle):
        guard session.isIdle else { return .wait }
        // What is pending ends the session's being busy when it is done.
        _ = handle(self, line, session)
      }
    } catch {
      guard session.isIdle else { return .wait }
      refuse(error, session)
    }
    return .done
  }

  private func read(_ bytes: Span<UInt8>) throws(IRCRefusal) -> IRCLine? {
    do throws(IRCLine.ParseError) {
      return try IRCLine.parse(bytes)
    } catch {
      switch error {
      case .notUTF8: return try readRepaired(bytes)
      case .tagsTooLong: throw IRCRefusal(.errInputTooLong)
      case .control, .noCommand: throw IRCRefusal(.errUnknownError, ["*"], error.reason)
      }
    }
  }

  /// Who cannot write UTF-8 may still register and leave; everything else is refused.
  private func readRepaired(_ bytes: Span<UInt8>) throws(IRCRefusal) -> IRCLine {
    let line = try? IRCLine.parse(bytes, repairing: true)
    if let line, IRCCommand.isRepaired(line.command) { return line }
    throw IRCRefusal(invalidUTF8: line?.command ?? "")
  }

  func inputPaused(_ session: LineSession) {}
  func inputEnded(_ session: LineSession) {}

  func left(_ session: LineSession) {
    if modes.isInvisible { session.shard.metrics.invisibleSessions.subtract(1, ordering: .relaxed) }
  }

  func refuseLongLine(_ session: LineSession) -> LongLineOutcome {
    refuse(IRCRefusal(.errInputTooLong), session)
    return .skip
  }

  /// The targets that a parameter names: separated by commas, empty ones left out.
  static func targets(_ parameter: String?) -> [String] {
    guard let parameter else { return [] }
    if !parameter.utf8.contains(UInt8(ascii: ",")), !parameter.isEmpty { return [parameter] }
    return parameter.split(separator: ",").map(String.init)
  }

  // MARK: Parts and answers

  /// Deals with the parts one after another.
  func run(_ parts: [Part], _ session: LineSession) -> IRCProgress {
    self.parts = parts.reversed()
    return runParts(session)
  }

  private func runParts(_ session: LineSession) -> IRCProgress {
    while let part = parts.popLast() {
      if part(self, session) == .pending { return .pending }
    }
    return .done
  }

  /// What was pending has come to `progress`. When it is done, so is this part, and the next one's turn has come.
  func settle(_ progress: IRCProgress, _ session: LineSession) {
    if progress == .done, runParts(session) == .done { session.finishCommand() }
  }

  /// Requests something; what happens then comes to ``received(_:_:)``. `refused` is called if nothing does.
  func request(
    _ action: Request.Action, _ session: LineSession, refused: @escaping Refused
  ) -> IRCProgress {
    self.refused = refused
    session.request(action)
    return .pending
  }

  /// What was requested is refused at its place.
  func requestRefused(_ error: ProtocolError, _ session: LineSession) {
    if let refused = refused.take() { refused(error, self, session) }
    settle(.done, session)
  }

  /// Asks the directory. `isPaced`: see ``LineSession/ask(_:isPaced:then:)``.
  func ask(
    _ query: DirectoryQuery, _ session: LineSession, isPaced: Bool = false, _ answer: @escaping Answer
  ) -> IRCProgress {
    session.ask(query, isPaced: isPaced) { [weak self] reply, session in
      guard let self else { return }
      settle(answer(reply, self, session), session)
    }
    return .pending
  }

  // MARK: Replies

  /// What numerics call the client.
  func name(_ session: LineSession) -> String { session.nick?.text ?? "*" }

  func reply(
    _ numeric: Numeric, _ params: [String] = [], text: String? = nil, to session: LineSession
  ) {
    session.send { append(numeric, params, text: text, for: session, to: &$0) }
  }

  func append(
    _ numeric: Numeric, _ params: [String] = [], text: String? = nil, for session: LineSession,
    to out: inout [UInt8]
  ) {
    session.settings.irc.numeric(numeric, to: name(session), params: params, trailing: text, into: &out)
  }

  func refuse(_ refusal: IRCRefusal, _ session: LineSession) {
    switch refusal.reply {
    case .numeric(let numeric):
      session.shard.metrics.refused("irc-\(numeric.code)")
      reply(numeric, refusal.params, text: refusal.reason, to: session)
    case .fail:
      session.shard.metrics.refused("irc-fail")
      let irc = session.settings.irc
      session.send {
        irc.line(
          source: irc.serverName, command: "FAIL", params: refusal.params, trailing: refusal.reason, into: &$0
        )
      }
    }
  }

  /// Goes on with a list when the socket has taken what there is of it.
  func whenDrained(_ session: LineSession, _ goOn: @escaping () -> IRCProgress) -> IRCProgress {
    session.whenDrained { [self] in settle(goOn(), session) }
    return .pending
  }
}

import ChatCore
import Delivery
import LineProtocol
import Reactor

/// The plain dialect: for people with netcat, and for scripts.
final class PlainDialect: LineDialect {
  private var choice = DialectChoice()
  /// What is kept back until it is clear that this is not an IRC client, which must never see a plain line.
  private var keptBack: [UInt8] = []
  /// The latest NICK of a session that has none yet. If USER follows after all, IRC deals with it again, and in its own words.
  private var nickLine: [UInt8]?
  /// The command that waits for its outcome.
  private var pending: PlainCommand?

  func receive(_ line: Span<UInt8>, endsWithCRLF: Bool, _ session: LineSession) -> LineOutcome {
    switch choice.weigh(line, hasNick: session.nick != nil) {
    case .irc: return session.isIdle ? switchToIRC(line, session) : .wait
    case .hold:
      guard session.isIdle else { return .wait }
      hold(line, endsWithCRLF, session)
    case .blank: break
    case .plain: decidePlain(session)
    }
    return obey(line, session)
  }

  // MARK: The choice between the dialects

  private func hold(_ line: Span<UInt8>, _ endsWithCRLF: Bool, _ session: LineSession) {
    let isFirst = !choice.isHolding
    if Dialect.isNick(line) { nickLine = unsafe line.withUnsafeBufferPointer { unsafe Array($0) } }
    choice.hold(line, endsWithCRLF: endsWithCRLF, at: session.connection.reactor.now)
    if isFirst, choice.deadline != nil { wait(session) }
  }

  private func wait(_ session: LineSession) {
    session.connection.reactor.after(milliseconds: DialectChoice.timeout) { [weak self, weak session] in
      guard let self, let session, session.connection.isOpen else { return }
      // The line that decides may be in what waits for an answer.
      if session.connection.isInputPaused { return wait(session) }
      inputPaused(session)
    }
  }

  func inputPaused(_ session: LineSession) {
    if choice.isOver(at: session.connection.reactor.now) { decidePlain(session) }
  }

  func inputEnded(_ session: LineSession) { decidePlain(session) }
  func left(_ session: LineSession) {}

  private func decidePlain(_ session: LineSession) {
    choice.decidePlain()
    if !keptBack.isEmpty { session.send(takeKeptBack()) }
  }

  func takeKeptBack() -> [UInt8] {
    defer { keptBack = [] }
    return keptBack
  }

  private func switchToIRC(_ line: Span<UInt8>, _ session: LineSession) -> LineOutcome {
    let lines = choice.isHolding ? choice.held : nickLine.map { [$0] } ?? []
    let hasNick = session.nick != nil
    let irc = IRCDialect(held: lines.filter { !hasNick || !Dialect.isNick($0.span) })
    session.change(to: irc, .irc([]))
    return irc.receive(line, endsWithCRLF: true, session)
  }

  /// Answers a command that may be held.
  private func answer(_ session: LineSession, _ encode: (inout [UInt8]) -> Void) {
    if choice.isHolding { encode(&keptBack) } else { session.send(encode) }
  }

  private func obey(_ line: Span<UInt8>, _ session: LineSession) -> LineOutcome {
    do throws(ProtocolError) {
      guard let command = try PlainCommand.parse(line) else { return .done }
      switch command {
      case .message(let room, let text): return try publish(room, text, once: nil, line, session)
      case .messageOnce(let reference, let room, let text):
        return try publish(room, text, once: reference, line, session)
      default:
        guard session.isIdle else { return .wait }
        try execute(command, line, session)
      }
    } catch {
      guard session.isIdle else { return .wait }
      refuse(error, session)
    }
    return .done
  }

  private func publish(
    _ room: RoomName, _ text: MessageText, once reference: MessageReference?, _ line: Span<UInt8>,
    _ session: LineSession
  ) throws(ProtocolError) -> LineOutcome {
    guard session.canPublish else { return .wait }
    if session.nick == nil { throw ProtocolError(.noNick, asked: line) }
    if session.joinedRoom(room) == nil { throw ProtocolError(.notJoined, asked: room.text) }
    session.publish(room, text, .message, once: reference)
    return .done
  }

  private func execute(_ command: PlainCommand, _ line: Span<UInt8>, _ session: LineSession)
    throws(ProtocolError)
  {
    pending = command
    switch command {
    case .nick(let nick):
      // Exactly the same nick changes nothing; another spelling of it is seen.
      if nick.text == session.nick?.text {
        answer(session) { PlainEncoder.okNick(nick.text, into: &$0) }
      } else {
        session.request(.claim(nick))
      }
    case .join(let room, let point): try join(room, point, line, session)
    case .part(let room):
      if session.nick == nil { throw ProtocolError(.noNick, asked: line) }
      if session.joinedRoom(room) == nil { throw ProtocolError(.notJoined, asked: room.text) }
      session.request(.part(room, reason: nil))
    case .since(let room, let after):
      if after > session.shard.log.tail { throw ProtocolError(.futureID, asked: line) }
      find(room, session) { room, dialect, session in
        session.startReplay(of: room, after: after, to: .through(session.shard.log.applied))
      }
    case .history(let room, let count):
      find(room, session) { room, dialect, session in dialect.showHistory(room, count, session) }
    case .names(let room): listNames(of: room, session)
    case .rooms: listRooms(after: nil, session)
    case .ping(let text): answer(session) { PlainEncoder.pong(text, into: &$0) }
    case .help: session.send { PlainEncoder.help(into: &$0) }
    case .quit:
      session.send { PlainEncoder.bye(into: &$0) }
      session.finish(reason: "quit")
    case .message, .messageOnce: break
    }
  }

  func refuseLongLine(_ session: LineSession) -> LongLineOutcome {
    decidePlain(session)
    refuse(ProtocolError(.lineTooLong, asked: ""), session)
    return .end
  }

  private func refuse(_ error: ProtocolError, _ session: LineSession) {
    session.shard.metrics.refused(error.code.rawValue)
    answer(session) { PlainEncoder.error(error, into: &$0) }
    if error.code == .notLineProtocol { session.finish(reason: "not the line protocol") }
  }

  var canAnswerPings: Bool { false }

  func ping(_ session: LineSession) {}

  func dismiss(_ error: ProtocolError, _ session: LineSession) {
    decidePlain(session)
    session.send { PlainEncoder.error(error, into: &$0) }
  }

  // MARK: Rooms

  private func join(
    _ room: RoomName, _ point: JoinPoint, _ line: Span<UInt8>, _ session: LineSession
  ) throws(ProtocolError) {
    if session.nick == nil { throw ProtocolError(.noNick, asked: line) }
    var cursor: Int64?
    if case .after(let id) = point { cursor = id }
    if let cursor, cursor > session.shard.log.tail { throw ProtocolError(.futureID, asked: line) }
    if let joined = session.joinedRoom(room) {
      let newest = session.shard.newest(in: joined.id)
      return session.send { PlainEncoder.okJoin(room: joined.name.text, id: newest, into: &$0) }
    }
    try session.checkRoomCount(room)
    session.request(.join(room, after: cursor))
  }

  /// Goes on with a room, if it is there.
  private func find(
    _ name: RoomName, _ session: LineSession,
    then: @escaping (LineSession.JoinedRoom, PlainDialect, LineSession) -> Void
  ) {
    session.ask(.room(name)) { [weak self] answer, session in
      guard let self else { return }
      guard case .room(let room) = answer else { return refuse(unknown: name, session) }
      then(LineSession.JoinedRoom(id: room.id, name: room.name), self, session)
    }
  }

  private func refuse(unknown room: RoomName, _ session: LineSession) {
    refuse(ProtocolError(.noSuchRoom, asked: room.text), session)
    session.finishCommand()
  }

  // MARK: Lists, of which the next part has its turn when the socket has taken the one before

  private func listNames(of name: RoomName, after last: Int64 = 0, _ session: LineSession) {
    session.ask(.members(name, after: last), isPaced: last > 0) { [weak self] answer, session in
      guard let self else { return }
      guard case .members(let room, let nicks, let next) = answer else {
        // The last of the room may have left between two parts of the list.
        return last > 0 ? endNames(of: name, session) : refuse(unknown: name, session)
      }
      session.send { PlainEncoder.names(room: room.name.text, nicks: nicks.lazy.map(\.text), into: &$0) }
      guard let next else { return endNames(of: room.name, session) }
      session.whenDrained { self.listNames(of: name, after: next, session) }
    }
  }

  private func endNames(of room: RoomName, _ session: LineSession) {
    session.send { PlainEncoder.endNames(room: room.text, into: &$0) }
    session.whenDrained { session.finishCommand() }
  }

  private func listRooms(after last: RoomName?, _ session: LineSession) {
    session.ask(.rooms(after: last), isPaced: last != nil) { [weak self] answer, session in
      guard let self, case .rooms(let page) = answer else { return session.finishCommand() }
      session.send { bytes in
        for room in page.elements {
          PlainEncoder.room(room.name.text, count: room.memberCount, into: &bytes)
        }
        if !page.hasMore { PlainEncoder.endRooms(into: &bytes) }
      }
      session.whenDrained {
        if page.hasMore {
          self.listRooms(after: page.elements.last?.name, session)
        } else {
          session.finishCommand()
        }
      }
    }
  }

  // MARK: History

  private func showHistory(_ room: LineSession.JoinedRoom, _ count: Int, _ session: LineSession) {
    let query = HistoryQuery(room: room.id, .newest, limit: count, byteLimit: .max)
    session.shard.read(query) { [weak self, weak session] result in
      guard let self, let session, session.connection.isOpen else { return }
      switch result {
      case .success(let page):
        let newest = page.entries.last?.id ?? 0
        session.startReplay(of: room, after: newest, to: .through(newest), beginningWith: page.entries)
      case .failure(let error): replayFailed(room.name, error, session)
      }
    }
  }

  func received(_ event: Event, _ session: LineSession) {
    switch event.kind {
    case .message(let message, _, _, _):
      session.send(mark: .live(message.id)) {
        PlainEncoder.okMessage(room: message.room, id: message.id, into: &$0)
      }
    case .repeated(let message):
      session.send { PlainEncoder.okMessage(room: message.room, id: message.id, into: &$0) }
    case .refused(let refusal):
      refuse(refusal.error, session)
      if refusal.verb != .publish { session.finishCommand() }
    case .named(let nick, _): named(nick, session)
    case .renamed(let renaming): named(renaming.new, session)
    case .joined(let joining): joined(joining, session)
    case .parted(let parting):
      if case .part = pending { session.send { PlainEncoder.okPart(room: parting.name.text, into: &$0) } }
      session.finishCommand()
    case .topic, .opened, .closed, .quit, .wanted: break
    }
  }

  private func named(_ nick: Nick, _ session: LineSession) {
    answer(session) { PlainEncoder.okNick(nick.text, into: &$0) }
    session.finishCommand()
  }

  private func joined(_ joining: Joining, _ session: LineSession) {
    let room = LineSession.JoinedRoom(id: joining.room, name: joining.name)
    session.send { PlainEncoder.okJoin(room: joining.name.text, id: joining.newest, into: &$0) }
    if let after = joining.after { return session.startReplay(of: room, after: after, to: .live) }
    if case .join(_, from: .newest(let count)) = pending {
      return session.startReplay(of: room, after: joining.newest, preceding: count, to: .live)
    }
    session.shard.goLive(session.id, in: joining.room)
    session.finishCommand()
  }

  func show(_ entry: Entry, mark: OutputMark, _ session: LineSession) {
    session.send(mark: mark) {
      switch entry {
      case .message(let message): PlainEncoder.history(message, into: &$0)
      case .topic(let topic): PlainFormat.encode(topic, into: &$0)
      }
    }
  }

  func showGap(_ room: RoomName, from: Int64, to: Int64, mark: OutputMark, _ session: LineSession) {
    session.send(mark: mark) { PlainEncoder.gap(room: room.text, from: from, to: to, into: &$0) }
  }

  func replayEnded(_ room: RoomName, at cursor: Int64, _ session: LineSession) {
    session.send { PlainEncoder.end(room: room.text, id: cursor, into: &$0) }
    session.finishCommand()
  }

  /// A room that was joined to resume, and cannot be resumed, is left again: there is no session that is in a room and hears nothing.
  func replayFailed(_ room: RoomName, _ error: LogError, _ session: LineSession) {
    refuse(ProtocolError(error, asked: room.text), session)
    guard case .join = pending else { return session.finishCommand() }
    session.request(.part(room, reason: nil))
  }
}

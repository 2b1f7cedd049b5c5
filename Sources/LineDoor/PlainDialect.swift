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
  /// The command that waits for the hub.
  private var pending: PlainCommand?
  /// It is a list, some of which was shown and some is not.
  private var isListing = false

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
      // The line that decides may be in what waits for the answer of the hub.
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
    session.publish(room, text, .message, once: reference)
    return .done
  }

  private func execute(_ command: PlainCommand, _ line: Span<UInt8>, _ session: LineSession)
    throws(ProtocolError)
  {
    pending = command
    switch command {
    case .nick(let nick): session.ask(.claim(nick))
    case .join(let room, let point):
      if session.nick == nil { throw ProtocolError(.noNick, asked: line) }
      var cursor: Int64?
      if case .after(let id) = point { cursor = id }
      session.ask(.join(room, after: cursor))
    case .part(let room):
      if session.nick == nil { throw ProtocolError(.noNick, asked: line) }
      session.ask(.part(room, reason: nil))
    case .since(let room, let after):
      if after > session.shard.log.lastID { throw ProtocolError(.futureID, asked: line) }
      session.ask(.describe(room))
    case .history(let room, _): session.ask(.describe(room))
    case .names(let room): session.ask(.listMembers(room))
    case .rooms: session.ask(.listRooms())
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

  // MARK: Answers

  func replied(_ reply: Reply, _ session: LineSession) {
    switch reply {
    case .refused(let error), .nickInUse(let error, _):
      // The last of a room has left between two parts of the list of its names.
      let wasListing = isListing
      isListing = false
      if wasListing, case .names(let room) = pending { return endNames(of: room, session) }
      refuse(error, session)
    case .named(let nick): answer(session) { PlainEncoder.okNick(nick.text, into: &$0) }
    case .alreadyJoined(let room):
      let newest = session.rooms.first { $0.name == room }.map { session.shard.newest(in: $0.id) } ?? 0
      session.send { PlainEncoder.okJoin(room: room.text, id: newest, into: &$0) }
    case .room(let room): return answer(room, session)
    case .members(let room, let nicks, let next): return show(nicks, of: room.name, next, session)
    case .rooms(let page): return show(page, session)
    case .found, .count: break  // Asked by IRC only.
    }
    session.finishCommand()
  }

  /// A part of a list. The rest, or the next command, has its turn when the socket has taken it.
  private func show(_ nicks: [Nick], of room: RoomName, _ next: Int64?, _ session: LineSession) {
    isListing = next != nil
    session.send { PlainEncoder.names(room: room.text, nicks: nicks.lazy.map(\.text), into: &$0) }
    guard let next else { return endNames(of: room, session) }
    session.whenDrained { session.ask(.listMembers(room, after: next), isPaced: true) }
  }

  private func endNames(of room: RoomName, _ session: LineSession) {
    session.send { PlainEncoder.endNames(room: room.text, into: &$0) }
    session.whenDrained { session.finishCommand() }
  }

  private func show(_ page: Page<RoomDescription>, _ session: LineSession) {
    session.send { bytes in
      for room in page.elements { PlainEncoder.room(room.name.text, count: room.memberCount, into: &bytes) }
      if !page.hasMore { PlainEncoder.endRooms(into: &bytes) }
    }
    session.whenDrained {
      if page.hasMore {
        session.ask(.listRooms(after: page.elements.last?.name), isPaced: true)
      } else {
        session.finishCommand()
      }
    }
  }

  private func answer(_ room: RoomDescription, _ session: LineSession) {
    let joined = LineSession.JoinedRoom(id: room.id, name: room.name)
    switch pending {
    case .since(_, let after):
      session.startReplay(of: joined, after: after, to: .through(session.shard.log.lastID))
    case .history(_, let count): showHistory(joined, count, session)
    default: session.finishCommand()
    }
  }

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

  func happened(_ outcome: Outcome, _ session: LineSession) {
    switch outcome {
    case .published(let message):
      return session.send { PlainEncoder.okMessage(room: message.room, id: message.id, into: &$0) }
    case .refused(let error): return refuse(error, session)
    case .failed(let error): return refuse(ProtocolError(error, asked: "MSG"), session)
    case .topicSet: break
    case .renamed(_, let nick):
      session.nick = nick
      answer(session) { PlainEncoder.okNick(nick.text, into: &$0) }
    case .parted(let id, let room, _):
      session.rooms.removeAll { $0.id == id }
      if case .part = pending { session.send { PlainEncoder.okPart(room: room.text, into: &$0) } }
    case .joined(let id, let state, let room, let after):
      let joined = LineSession.JoinedRoom(id: id, name: room)
      session.rooms.append(joined)
      session.send { PlainEncoder.okJoin(room: room.text, id: state.newest, into: &$0) }
      if let after { return session.startReplay(of: joined, after: after, to: .live) }
      if case .join(_, from: .newest(let count)) = pending {
        return session.startReplay(of: joined, after: state.newest, preceding: count, to: .live)
      }
      session.shard.goLive(session.id, in: id)
    }
    session.finishCommand()
  }

  // MARK: History

  func show(_ entry: Entry, _ session: LineSession) {
    session.send {
      switch entry {
      case .message(let message): PlainEncoder.history(message, into: &$0)
      case .topic(let topic): PlainFormat.encode(topic, into: &$0)
      }
    }
  }

  func showGap(_ room: RoomName, from: Int64, to: Int64, _ session: LineSession) {
    session.send { PlainEncoder.gap(room: room.text, from: from, to: to, into: &$0) }
  }

  func replayEnded(_ room: RoomName, at cursor: Int64, _ session: LineSession) {
    session.send { PlainEncoder.end(room: room.text, id: cursor, into: &$0) }
    session.finishCommand()
  }

  /// A room that was joined to resume, and cannot be resumed, is left again: there is no session that is in a room and hears nothing.
  func replayFailed(_ room: RoomName, _ error: LogError, _ session: LineSession) {
    refuse(ProtocolError(error, asked: room.text), session)
    guard case .join = pending else { return session.finishCommand() }
    session.ask(.part(room, reason: nil))
  }
}

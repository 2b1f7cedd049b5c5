import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  /// `JOIN #a,#b [keys]`, or `JOIN 0` to leave all. There are no keys, so they are not looked at.
  static func join(_ line: IRCLine, _ books: Books) -> LineStep {
    if line.parameters[0] == "0" { return .steps(books.rooms.map { leave($0.name, nil, books) }) }
    // One that is named twice is one.
    var named: Set<RoomName> = []
    return forEachChannel(line, books) { named.insert($0).inserted ? join($0, books) : .done }
  }

  private static func join(_ room: RoomName, _ books: Books) -> LineStep {
    // Nothing is said to who is there already (RFC 2812 §3.2.1 has no reply for it).
    if books.isIn(room) { return .done }
    do throws(ProtocolError) {
      try books.checkRoomCount(room)
    } catch {
      return refuseJoin(of: room, error, books)
    }
    return .request(.join(room, after: nil)) { event in
      switch event.kind {
      case .joined(let joining):
        return .steps([.goLive(joining.room), entered(joining.name, books)])
      case .refused(let refusal): return refuseJoin(of: room, refusal.error, books)
      case .message, .repeated, .topic, .named, .opened, .closed, .parted, .renamed, .quit, .wanted:
        return .done
      }
    }
  }

  private static func refuseJoin(of room: RoomName, _ error: ProtocolError, _ books: Books) -> LineStep {
    let numeric: Numeric = error.code == .badRoom ? .errNoSuchChannel : .errTooManyChannels
    return books.refuse(IRCRefusal(numeric, [room.channel], error.reason))
  }

  /// Tells the client that it is in a room, and what a room is to a client: topic and names.
  static func entered(_ room: RoomName, _ books: Books) -> LineStep {
    .steps([
      books.say { $0.append { irc, out in irc.join(nick: books.name, room: room.text, into: &out) } },
      names(of: room, asked: room.channel, books) { room in
        guard let topic = room.topic, !topic.text.isEmpty else { return [] }
        return books.lines { $0.topic(topic, of: room.name) }
      },
    ])
  }

  static func part(_ line: IRCLine, _ books: Books) -> LineStep {
    let reason = reason(line.parameters.count > 1 ? line.parameters[1] : nil)
    return forEachChannel(line, books) { leave($0, reason, books) }
  }

  private static func leave(_ room: RoomName, _ reason: String?, _ books: Books) -> LineStep {
    let refusal = IRCRefusal(.errNotOnChannel, [room.channel])
    if !books.isIn(room) { return books.refuse(refusal) }
    return .request(.part(room, reason: reason)) { event in
      if case .refused = event.kind { books.refuse(refusal) } else { books.tell(event) }
    }
  }

  /// A step for each channel that the first parameter names.
  private static func forEachChannel(
    _ line: IRCLine, _ books: Books, _ step: (RoomName) -> LineStep
  ) -> LineStep {
    let targets = targets(line.parameters[0])
    if targets.isEmpty { return books.refuse(IRCRefusal(.errNeedMoreParams, [line.command])) }
    return .steps(
      targets.map { target in
        checked(books) { () throws(IRCRefusal) in step(try RoomName(channel: target)) }
      })
  }

  // MARK: Topic

  static func topic(_ line: IRCLine, _ books: Books) -> LineStep {
    checked(books) { () throws(IRCRefusal) in
      let room = try RoomName(channel: line.parameters[0])
      guard line.parameters.count > 1 else { return showTopic(room, books) }
      let text = try topic(line.parameters[1], of: room)
      let notJoined = IRCRefusal(.errNotOnChannel, [room.channel])
      if !books.isIn(room) { throw notJoined }
      return .request(.setTopic(room, text)) { event in
        guard case .refused(let refusal) = event.kind else { return books.tell(event) }
        return books.refuse(
          refusal.error.code == .notJoined
            ? notJoined : IRCRefusal(.errUnknownError, ["TOPIC"], refusal.error.reason))
      }
    }
  }

  /// Checks a topic as any text that comes to terminals; an empty one takes the topic away.
  static func topic(_ text: String, of room: RoomName) throws(IRCRefusal) -> String {
    if text.isEmpty { return text }
    guard text.utf8.count <= IRCSupport.topicBytes else {
      let reason = "A topic has at most \(IRCSupport.topicBytes) bytes"
      throw IRCRefusal(.errUnknownError, ["TOPIC", room.channel], reason)
    }
    let topic: MessageText
    do throws(TextError) {
      topic = try MessageText(text)
    } catch {
      throw IRCRefusal(.errUnknownError, ["TOPIC", room.channel], error.reason)
    }
    do throws(NameError) {
      try topic.checkTopic()
    } catch {
      throw IRCRefusal(.errUnknownError, ["TOPIC", room.channel], error.reason)
    }
    return topic.string
  }

  private static func showTopic(_ room: RoomName, _ books: Books) -> LineStep {
    .ask(.room(room)) { answer in
      guard case .room(let room) = answer else {
        return books.refuse(IRCRefusal(.errNoSuchChannel, [room.channel]))
      }
      guard let topic = room.topic, !topic.text.isEmpty else {
        return books.reply(.rplNoTopic, [room.name.channel])
      }
      return books.say { $0.topic(topic, of: room.name) }
    }
  }
}

extension IRCReplies {
  fileprivate mutating func topic(_ topic: Topic, of room: RoomName) {
    numeric(.rplTopic, [room.channel], text: topic.text)
    let seconds = topic.time.milliseconds / 1000
    numeric(.rplTopicWhoTime, [room.channel, topic.author, "\(seconds)"])
  }
}

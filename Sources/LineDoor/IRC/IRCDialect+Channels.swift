import ChatCore
import LineProtocol

extension IRCDialect {
  /// `JOIN #a,#b [keys]`, or `JOIN 0` to leave all. There are no keys, so they are not looked at.
  func join(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    if line.parameters[0] == "0" {
      return run(session.rooms.map { room in { $0.leave(room.name, nil, $1) } }, session)
    }
    return forEachChannel(line, session) { room, irc, session in
      // Nothing is said to who is there already (RFC 2812 §3.2.1 has no reply for it).
      if session.joinedRoom(room) != nil { return .done }
      do throws(ProtocolError) {
        try session.checkRoomCount(room)
      } catch {
        Self.refuseJoin(of: room, error, irc, session)
        return .done
      }
      return irc.request(.join(room, after: nil), session) { error, irc, session in
        Self.refuseJoin(of: room, error, irc, session)
      }
    }
  }

  private static func refuseJoin(
    of room: RoomName, _ error: ProtocolError, _ irc: IRCDialect, _ session: LineSession
  ) {
    let numeric: Numeric = error.code == .badRoom ? .errNoSuchChannel : .errTooManyChannels
    irc.refuse(IRCRefusal(numeric, [room.channel], error.reason), session)
  }

  /// Tells the client that it is in a room, and what a room is to a client: topic and names.
  func entered(_ room: RoomName, _ session: LineSession) -> IRCProgress {
    let irc = session.settings.irc
    session.send { irc.join(nick: name(session), room: room.text, into: &$0) }
    return names(of: room, asked: room.channel, session) { room, irc, session in
      if let topic = room.topic, !topic.text.isEmpty { irc.tell(topic, of: room.name, session) }
    }
  }

  func part(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let reason = Self.reason(line.parameters.count > 1 ? line.parameters[1] : nil)
    return forEachChannel(line, session) { room, irc, session in irc.leave(room, reason, session) }
  }

  private func leave(_ room: RoomName, _ reason: String?, _ session: LineSession) -> IRCProgress {
    if session.joinedRoom(room) == nil {
      refuse(IRCRefusal(.errNotOnChannel, [room.channel]), session)
      return .done
    }
    return request(.part(room, reason: reason), session) { _, irc, session in
      irc.refuse(IRCRefusal(.errNotOnChannel, [room.channel]), session)
    }
  }

  /// Deals with each channel that the first parameter names.
  private func forEachChannel(
    _ line: IRCLine, _ session: LineSession,
    _ body: @escaping (RoomName, IRCDialect, LineSession) -> IRCProgress
  ) -> IRCProgress {
    let targets = Self.targets(line.parameters[0])
    if targets.isEmpty { refuse(IRCRefusal(.errNeedMoreParams, [line.command]), session) }
    let parts = targets.map { target -> Part in
      { irc, session in
        do throws(IRCRefusal) {
          return body(try RoomName(channel: target), irc, session)
        } catch {
          irc.refuse(error, session)
          return .done
        }
      }
    }
    return run(parts, session)
  }

  // MARK: Topic

  func topic(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    do throws(IRCRefusal) {
      let room = try RoomName(channel: line.parameters[0])
      guard line.parameters.count > 1 else { return showTopic(room, session) }
      let text = try Self.topic(line.parameters[1], of: room)
      if session.joinedRoom(room) == nil { throw IRCRefusal(.errNotOnChannel, [room.channel]) }
      return request(.setTopic(room, text), session) { error, irc, session in
        irc.refuse(Self.refusal(ofTopicIn: room, error), session)
      }
    } catch {
      refuse(error, session)
      return .done
    }
  }

  private static func refusal(ofTopicIn room: RoomName, _ error: ProtocolError) -> IRCRefusal {
    error.code == .notJoined
      ? IRCRefusal(.errNotOnChannel, [room.channel])
      : IRCRefusal(.errUnknownError, ["TOPIC"], error.reason)
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

  private func showTopic(_ room: RoomName, _ session: LineSession) -> IRCProgress {
    ask(.room(room), session) { reply, irc, session in
      guard case .room(let description) = reply else {
        irc.refuse(IRCRefusal(.errNoSuchChannel, [room.channel]), session)
        return .done
      }
      if let topic = description.topic, !topic.text.isEmpty {
        irc.tell(topic, of: description.name, session)
      } else {
        irc.reply(.rplNoTopic, [description.name.channel], to: session)
      }
      return .done
    }
  }

  private func tell(_ topic: Topic, of room: RoomName, _ session: LineSession) {
    reply(.rplTopic, [room.channel], text: topic.text, to: session)
    let seconds = topic.time.milliseconds / 1000
    reply(.rplTopicWhoTime, [room.channel, topic.author, "\(seconds)"], to: session)
  }
}

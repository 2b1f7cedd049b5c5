import LineProtocol

extension ChatSession {
  /// The server said something.
  mutating func received(_ reply: PlainReply) -> [Action] {
    if phase == .over { return [] }
    switch reply {
    case .ok(_, let name, let id): return accepted(name, id)
    case .error(let code, let text): return refused(code, text)
    case .messagePart(let entry), .historyPart(let entry):
      parts.append(entry.text)
      return []
    case .message(let entry): return came(.message(complete(entry)))
    case .topic(let entry):
      return came(.topic(ChatTopic(id: entry.id, user: entry.user, text: entry.text)))
    case .history(let entry): return replayed(complete(entry))
    case .end: return listOrReplayEnded()
    case .gap(_, let from, let to): return [.tell(.gap(from: from, to: to))]
    case .join(_, let nick): return [.tell(.joined(nick))]
    case .part(_, let nick): return [.tell(.left(nick))]
    case .nick(let from, let to): return [.tell(.renamed(from: from, to: to))]
    case .bye(let reason): return reason.map { [.tell(.farewell($0))] } ?? []
    case .names(_, let nicks):
      if case .names = awaited.first { listed += nicks }
      return []
    case .room, .help, .pong, .resume, .other: return []
    }
  }

  private mutating func came(_ entry: ChatEntry) -> [Action] {
    // It may be among the newest messages that are being fetched, or belong between two of them.
    if awaited.first == .history {
      held.append(entry)
      return []
    }
    // One that was stored while they were read is among them, and may still come.
    return entry.id > cursor ?? 0 ? seen(entry) : []
  }

  private mutating func nextAwaited() -> Command? { awaited.isEmpty ? nil : awaited.removeFirst() }

  private mutating func accepted(_ name: String, _ id: MessageID?) -> [Action] {
    switch nextAwaited() {
    case .nick:
      phase = .joining
      let after = cursor.map { " \($0)" } ?? ""
      return ask(.join, "JOIN \(room.text)\(after)")
    case .join: return entered(newest: id ?? 0)
    case .message(let draft):
      guard let id else { return [] }
      cursor = max(cursor ?? 0, id)
      return [.tell(.stored(draft, id: id))]
    case .history, .names, .quit, nil: return []
    }
  }

  private mutating func entered(newest: MessageID) -> [Action] {
    newestAtJoin = newest
    if let cursor {
      phase = .replaying
      return [.tell(.resuming(after: cursor))]
    }
    guard case .recent(let count) = start else { return wentLive() }
    phase = .replaying
    return ask(.history, "HISTORY \(room.text) \(count)")
  }

  private mutating func replayed(_ message: ChatMessage) -> [Action] {
    // Where many messages come while the newest are being read, the older of them are not among these.
    let earlier = held.prefix { $0.id <= message.id }
    held.removeFirst(earlier.count)
    let shown = earlier.filter { $0.id < message.id }.flatMap { seen($0) }
    let own = unconfirmed.firstIndex { $0.nick == message.user && $0.draft.text == message.text }
    guard let own else { return shown + seen(.message(message)) }
    cursor = max(cursor ?? 0, message.id)
    return shown + [.tell(.stored(unconfirmed.remove(at: own).draft, id: message.id))]
  }

  private mutating func listOrReplayEnded() -> [Action] {
    guard case .names(let isWanted) = awaited.first else { return replayEnded() }
    awaited.removeFirst()
    defer { listed = [] }
    return [.tell(.names(listed, isWanted: isWanted))]
  }

  private mutating func replayEnded() -> [Action] {
    guard phase == .replaying else { return [] }
    if awaited.first == .history { awaited.removeFirst() }
    let fetched = cursor ?? 0
    let later = held.filter { $0.id > fetched }
    held = []
    return wentLive() + later.flatMap { seen($0) }
  }

  private mutating func wentLive() -> [Action] {
    phase = .live
    cursor = max(cursor ?? 0, newestAtJoin)
    var actions: [Action] = [.tell(.live(nick: nick.text))]
    actions += unconfirmed.map { .tell(.uncertain($0.draft)) }
    unconfirmed = []
    let drafts = waiting
    waiting = []
    for draft in drafts { actions += send(draft) }
    if wantsNames { actions += askNames(isWanted: false) }
    return actions
  }

  private mutating func seen(_ entry: ChatEntry) -> [Action] {
    cursor = max(cursor ?? 0, entry.id)
    switch entry {
    case .message(let message): return [.tell(.message(message))]
    case .topic(let topic): return [.tell(.topic(topic))]
    }
  }

  private mutating func complete(_ entry: PlainReply.Entry) -> ChatMessage {
    defer { parts = [] }
    let text = (parts + [entry.text]).joined(separator: "\n")
    return ChatMessage(id: entry.id, user: entry.user, text: text, time: entry.time)
  }
}

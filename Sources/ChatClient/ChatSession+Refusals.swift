import LineProtocol

extension ChatSession {
  /// How many names are tried: alice, alice2 … alice99.
  private static let nickAttempts = 99

  /// The server said `ERR code text`, where the text is what was asked and, after a colon, why not.
  mutating func refused(_ code: String, _ text: String) -> [Action] {
    let code = ErrorCode(rawValue: code)
    if code == .tooFast { return throttled(text) }
    let command = awaited.isEmpty ? nil : awaited.removeFirst()
    switch (command, code) {
    case (.nick, .nickInUse): return tryNextNick(text)
    case (.join, .futureID): return startOver()
    case (.message(let draft), _):
      return [.tell(.refused(draft, reason: reason(text, asked: line(for: draft))))]
    case (.history, _): return historyRefused()
    // It goes on without them.
    case (.names, _): return []
    case (.nick, _), (.join, _), (.quit, _), (nil, _):
      phase = .over
      return [.tell(.rejected(text, transient: ChatSession.isTransient(code)))]
    }
  }

  /// The server answers everything that it took before it says that, so it has taken nothing of what it did
  /// not answer.
  private mutating func throttled(_ text: String) -> [Action] {
    var drafts: [Draft] = []
    for case .message(let draft) in awaited { drafts.append(draft) }
    waiting = drafts + waiting
    awaited = []
    phase = .heldOff
    return [.tell(.throttled(text, seconds: ChatSession.wait(in: text)))]
  }

  /// N of the `wait N s` at the end of a reason, at most an hour; a minute where it does not stand there.
  private static func wait(in reason: String) -> Int64 {
    let words = reason.split(separator: " ").suffix(3)
    guard words.first == "wait", words.last == "s", let seconds = Int64(words.dropFirst().first ?? "") else {
      return 60
    }
    return min(max(seconds, 1), 3600)
  }

  private mutating func tryNextNick(_ text: String) -> [Action] {
    guard case .naming(let attempt) = phase, attempt < ChatSession.nickAttempts else {
      phase = .over
      return [.tell(.rejected(text, transient: false))]
    }
    phase = .naming(attempt: attempt + 1)
    nick = wantedNick.numbered(attempt + 1)
    return ask(.nick, "NICK \(nick.text)")
  }

  private mutating func startOver() -> [Action] {
    let lastSeen = cursor ?? 0
    cursor = nil
    start = .live
    return [.tell(.newLog(lastSeen: lastSeen))] + ask(.join, "JOIN \(room.text)")
  }

  /// The room can be used without its past.
  private mutating func historyRefused() -> [Action] {
    awaited.insert(.history, at: 0)
    return received(.end(name: room.text, id: nil))
  }

  /// What stands after the quoted command; the whole text when the quotation is another one (the server cuts
  /// long ones).
  private func reason(_ text: String, asked: String) -> String {
    text.hasPrefix(asked + ": ") ? String(text.dropFirst(asked.count + 2)) : text
  }

  private static func isTransient(_ code: ErrorCode?) -> Bool {
    switch code {
    case .tooManyConnections, .shuttingDown, .tooFast, .logFull, .notStored, .historyUnavailable: true
    // A code that this client does not know says nothing of a later attempt.
    case .unknownCommand, .missingField, .tooManyFields, .badNick, .badRoom, .badID, .badCount, .futureID,
      .nickInUse, .nickReserved, .noNick, .notJoined, .noSuchRoom, .tooManyRooms, .textEmpty, .textTooLong,
      .textNotUTF8, .textControl, .tooManyLines, .badReference, .referenceUsed, .lineTooLong,
      .notLineProtocol,
      .timeout, .outcomeUnknown, nil:
      false
    }
  }
}

extension Nick {
  /// The nick with a number behind it, shortened at its end where the two would be too long.
  func numbered(_ number: Int) -> Nick {
    let suffix = String(number)
    return (try? Nick(String(text.prefix(Limits.nick - suffix.count)) + suffix)) ?? self
  }
}

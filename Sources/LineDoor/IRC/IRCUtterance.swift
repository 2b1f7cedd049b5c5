import LineProtocol

/// What a PRIVMSG or NOTICE says, and where.
struct IRCUtterance {
  /// Channels that one line may name; told to clients as TARGMAX.
  static let maximumTargets = 4
  /// The client's tag that carries a ``MessageReference``, without its `+`.
  static let referenceTag = "linechat/ref"
  private static let referenceKey = "+" + referenceTag

  private(set) var rooms: [RoomName] = []
  private(set) var content: (kind: Message.Kind, text: MessageText)?
  /// What makes a second sending harmless.
  private(set) var reference: MessageReference?
  private(set) var refusals: [IRCRefusal] = []

  /// A NOTICE is never answered with an error, so that two programs cannot answer each other for ever
  /// (modern.ircdocs.horse/#notice-message); it says what can be said.
  init(_ line: IRCLine, _ kind: Message.Kind) {
    do throws(IRCRefusal) {
      try read(line, kind)
    } catch {
      refusals.append(error)
    }
    if kind == .notice { refusals = [] }
  }

  private mutating func read(_ line: IRCLine, _ kind: Message.Kind) throws(IRCRefusal) {
    let targets = IRCDialect.targets(line.parameters.first)
    if targets.isEmpty { throw IRCRefusal(.errNoRecipient, [], "No recipient given (\(line.command))") }
    guard line.parameters.count > 1 else { throw IRCRefusal(.errNoTextToSend) }
    guard targets.count <= Self.maximumTargets else {
      throw IRCRefusal(.errTooManyTargets, [targets[Self.maximumTargets]])
    }
    do throws(TextError) {
      content = try CTCP.message(line.parameters[1], kind: kind)
    } catch {
      guard error != .empty else { throw IRCRefusal(.errNoTextToSend) }
      refusals = targets.map { IRCRefusal(.errCannotSendToChan, [$0], error.reason) }
      return
    }
    for target in targets { add(target) }
    do throws(NameError) {
      reference = try reference(line)
    } catch {
      rooms = []
      refusals = targets.map { IRCRefusal(.errCannotSendToChan, [$0], error.reason) }
    }
  }

  private func reference(_ line: IRCLine) throws(NameError) -> MessageReference? {
    guard let name = line.tag(Self.referenceKey) else { return nil }
    if rooms.count + refusals.count > 1 {
      throw NameError(reason: "a reference goes with a message to one channel")
    }
    return try MessageReference(name)
  }

  /// A channel that is named twice is one, and in the place of the first.
  private mutating func add(_ target: String) {
    guard target.utf8.first == UInt8(ascii: "#") else {
      let reason = "No such channel, and there are no private messages"
      return refusals.append(IRCRefusal(.errNoSuchNick, [target], reason))
    }
    do throws(IRCRefusal) {
      let room = try RoomName(channel: target)
      if !rooms.contains(room) { rooms.append(room) }
    } catch {
      refusals.append(error)
    }
  }
}

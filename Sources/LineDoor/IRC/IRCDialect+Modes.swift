import ChatCore
import Delivery
import LineProtocol

extension IRCDialect {
  /// `MODE target [changes]`. Channels have no modes, so of them only questions are answered.
  static func mode(_ line: IRCLine, _ books: Books) -> LineStep {
    let target = line.parameters[0]
    if target.utf8.first == UInt8(ascii: "#") {
      return checked(books) { () throws(IRCRefusal) in
        channelMode(try RoomName(channel: target), line, books)
      }
    }
    guard let nick = try? Nick(target), nick == books.nick else {
      return books.refuse(IRCRefusal(.errUsersDontMatch))
    }
    guard line.parameters.count > 1 else { return books.reply(.rplUModeIs, [books.irc.modes.text]) }
    return changeModes(line.parameters[1], books)
  }

  private static func changeModes(_ changes: String, _ books: Books) -> LineStep {
    var modes = books.irc.modes
    let (made, isKnown) = modes.change(changes)
    var steps: [LineStep] = []
    if !made.isEmpty {
      steps.append(.own(.setModes(modes)))
      steps.append(
        books.say {
          $0.append { irc, out in
            irc.line(
              source: irc.source(books.name), command: "MODE", params: [books.name], trailing: made,
              into: &out)
          }
        })
    }
    if !isKnown { steps.append(books.refuse(IRCRefusal(.errUModeUnknownFlag))) }
    return .steps(steps)
  }

  private static func channelMode(_ room: RoomName, _ line: IRCLine, _ books: Books) -> LineStep {
    let channel = line.parameters[0]
    return .ask(.room(room)) { answer in
      guard case .room(let description) = answer else {
        return books.refuse(IRCRefusal(.errNoSuchChannel, [room.channel]))
      }
      switch Array(line.parameters.dropFirst()) {
      case []: return books.reply(.rplChannelModeIs, [description.name.channel, "+"])
      // Clients ask for the bans of each channel that they join.
      case ["b"], ["+b"]: return books.reply(.rplEndOfBanList, [channel])
      default: return books.refuse(IRCRefusal(.errChanOPrivsNeeded, [channel]))
      }
    }
  }
}

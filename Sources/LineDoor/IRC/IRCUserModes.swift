import ChatCore
import Delivery
import LineProtocol

/// The modes of a person (modern.ircdocs.horse/#user-modes). There is one: `i`, invisible. Nothing is shown
/// of others that it would hide, as WHO has no masks and WHOIS tells no channels; but clients set it as they
/// connect, and are told that it is set.
struct IRCUserModes: Equatable {
  static let letters = "i"

  private(set) var isInvisible = false

  /// As 221 shows them.
  var text: String { isInvisible ? "+i" : "+" }

  /// Makes changes such as `+i` or `-i+w`. `made`: those that changed something, empty for none; `isKnown`:
  /// all letters are modes.
  mutating func change(_ changes: String) -> (made: String, isKnown: Bool) {
    let before = isInvisible
    var adds = true
    var isKnown = true
    for letter in changes.unicodeScalars {
      switch letter {
      case "+": adds = true
      case "-": adds = false
      case "i": isInvisible = adds
      default: isKnown = false
      }
    }
    return (isInvisible == before ? "" : isInvisible ? "+i" : "-i", isKnown)
  }
}

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

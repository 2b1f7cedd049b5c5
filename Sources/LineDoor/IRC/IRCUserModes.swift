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

/// What a line means that was entered at a terminal. Only a line that is no command goes into the room, so
/// that a mistyped command, or one of other programs such as `/msg bob secret`, is said to nobody.
enum TypedLine: Equatable, Sendable {
  case nothing
  case say(String)
  case quit, help, names
  /// Not to be sent, for this reason.
  case refused(String)

  /// The commands that can be typed.
  static let commands = ["/help", "/me", "/names", "/quit"]

  /// What `/help` shows.
  static let helpPage = [
    "/me TEXT   say what you do: /me waves", "/names     who is here", "/help      this page",
    "/quit      leave, as do Ctrl-C and, on an empty line, Ctrl-D",
    "//TEXT     say a text that begins with a slash",
    "Up and Down bring back what you typed; Tab completes names and commands.",
    "Ctrl-L draws the screen anew; Ctrl-Z stops the client until you say fg.",
  ]

  /// - Parameter isPasted: The end of the line was pasted, so nobody has looked at the line and pressed
  ///   Enter.
  init(_ line: String, isPasted: Bool = false) {
    // Blanks before a slash, seen or not, are a slip of the hand.
    let command = line.drop(while: TypedLine.isBlank)
    guard command.first == "/" else {
      self = line.isEmpty ? .nothing : .say(line)
      return
    }
    if command.hasPrefix("//") {
      self = .say(String(command.dropFirst()))
    } else if isPasted {
      self = .refused("a pasted line may not begin with /")
    } else {
      self = TypedLine.command(command)
    }
  }

  private static func isBlank(_ character: Character) -> Bool {
    character.isWhitespace || character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .format }
  }

  private static func command(_ line: Substring) -> TypedLine {
    let word = line.prefix { $0 != " " && $0 != "\t" }
    let rest = line.dropFirst(word.count).drop { $0 == " " || $0 == "\t" }
    switch (word.lowercased(), rest.isEmpty) {
    case ("/me", false): return .say("/me \(rest)")
    case ("/me", true): return .refused("/me needs a text: /me waves")
    // A reason, as other programs take one, is told to nobody.
    case ("/quit", _): return .quit
    case ("/help", true): return .help
    case ("/names", true): return .names
    case ("/help", false), ("/names", false): return .refused("nothing follows \(word.lowercased())")
    default: return .refused("\(word) is no command; /help lists them, and // says a slash")
    }
  }
}

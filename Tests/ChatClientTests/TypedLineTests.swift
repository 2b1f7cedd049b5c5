import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct TypedLineTests {
  @Test(arguments: [
    ("", TypedLine.nothing), ("hello", .say("hello")), (" two  blanks ", .say(" two  blanks ")),
    ("a /quit", .say("a /quit")), ("1/2", .say("1/2")),
    ("//x", .say("/x")), ("///x", .say("//x")), ("//", .say("/")), ("  //quit", .say("/quit")),
    ("/quit", .quit), ("/QUIT", .quit), ("  /quit  ", .quit), ("/quit for today", .quit),
    ("/help", .help), ("/Names ", .names), ("/me waves  twice", .say("/me waves  twice")),
    ("/ME waves", .say("/me waves")),
  ])
  func means(line: String, meaning: TypedLine) {
    #expect(TypedLine(line) == meaning)
  }

  /// What could be meant for one person, or for a program, reaches nobody.
  @Test(arguments: [
    "/msg bob secret", " /msg bob secret", "\t/msg bob secret", "\u{A0}\u{200B}/msg bob secret",
    "/etc/passwd", "/", "/ x", "/quitt", "/me",
    "/me  ",
    "/names ops", "/help me",
  ])
  func otherWordsAfterASlashAreNotSent(line: String) {
    guard case .refused = TypedLine(line) else {
      Issue.record("\(line) is \(TypedLine(line))")
      return
    }
  }

  @Test(arguments: ["/quit", "/msg bob secret", "  /names", "/me waves"])
  func noPastedLineIsACommand(line: String) {
    guard case .refused = TypedLine(line, isPasted: true) else {
      Issue.record("\(line) is \(TypedLine(line, isPasted: true))")
      return
    }
  }

  @Test func pastedTextIsText() {
    #expect(TypedLine("one", isPasted: true) == .say("one"))
    #expect(TypedLine("//one", isPasted: true) == .say("/one"))
  }
}

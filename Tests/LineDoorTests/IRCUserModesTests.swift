import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct IRCUserModesTests {
  @Test(arguments: [
    ("+i", "+i", true), ("i", "+i", true), ("-i", "", true), ("", "", true), ("+", "", true),
    ("+i-i", "", true), ("-i+i", "+i", true), ("+iw", "+i", false), ("+o", "", false), ("ä", "", false),
  ])
  func changes(asked: String, made: String, isKnown: Bool) {
    var modes = IRCUserModes()
    #expect(modes.text == "+")
    let result = modes.change(asked)
    #expect(result.made == made)
    #expect(result.isKnown == isKnown)
    #expect(modes.isInvisible == (made == "+i"))
  }

  @Test func itIsTakenAway() {
    var modes = IRCUserModes()
    _ = modes.change("+i")
    #expect(modes.text == "+i")
    #expect(modes.change("+i").made.isEmpty)
    #expect(modes.change("-i").made == "-i")
    #expect(modes.text == "+")
  }
}

import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct ParsedArgumentsTests {
  private func parse(_ words: String...) throws(UsageError) -> ParsedArguments {
    try ParsedArguments(words, options: ServerConfiguration.options.map(\.description))
  }

  @Test func takesBothFormsAnywhereAmongOperands() throws {
    let parsed = try parse("one", "--http", "off", "two", "--data=a=b", "-", "--", "--http", "-x")
    #expect(parsed.operands == ["one", "two", "-", "--http", "-x"])
    #expect(
      parsed.options == [
        GivenValue(name: "http", value: "off", origin: "--http"),
        GivenValue(name: "data", value: "a=b", origin: "--data"),
      ])
  }

  @Test func anEmptyValueIsAValueForTheOptionToJudge() throws {
    #expect(try parse("--data=").options.first?.value == "")
    #expect(complaint(invocation("--data=")) == "linechat: --data: '': expected a path")
  }

  @Test(arguments: [
    (["--data"], "--data needs a value: --data DIR"),
    (["--data", "--http", "off"], "--data needs a value: --data DIR"),
    (["--data", "--"], "--data needs a value: --data DIR"),
    (["--htp", "x"], "unknown option '--htp'; did you mean '--http'?"),
    (["--htp=x"], "unknown option '--htp'; did you mean '--http'?"),
    (["--DATA=x"], "unknown option '--DATA'; did you mean '--data'?"),
    (["--hepl"], "unknown option '--hepl'; did you mean '--help'?"),
    (["-5"], "unknown option '-5'; words that begin with a dash stand after '--'"),
    (
      ["--nothing-like-it"],
      "unknown option '--nothing-like-it'; words that begin with a dash stand after '--'"
    ),
  ])
  func namesWhatIsWrong(words: [String], message: String) {
    #expect(throws: UsageError(message: message)) {
      try ParsedArguments(words, options: ServerConfiguration.options.map(\.description))
    }
  }

  @Test func suggestsOnlyWhatIsNear() {
    let names = ["serve", "chat", "send", "tail"]
    #expect(nearest(to: "sevre", among: names) == "serve")
    #expect(nearest(to: "Chat", among: names) == "chat")
    #expect(nearest(to: "sen", among: names) == "send")
    #expect(nearest(to: "x", among: names) == nil)
    #expect(nearest(to: "bench", among: names) == nil)
    #expect(nearest(to: "", among: names) == nil)
    #expect(nearest(to: "serve", among: []) == nil)
  }
}

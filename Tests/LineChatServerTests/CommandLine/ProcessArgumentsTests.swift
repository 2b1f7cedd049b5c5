import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct ProcessArgumentsTests {
  @Test(arguments: [
    ("linechat\0", ["linechat"]), ("linechat\0send\0r\0a b\0", ["linechat", "send", "r", "a b"]),
    ("linechat\0\0x\0\0", ["linechat", "", "x", ""]), ("cut off", ["cut off"]),
  ])
  func eachWordEndsWithANUL(line: String, words: [String]) {
    #expect(LineChatServer.words(ofCommandLine: Array(line.utf8)) == words)
  }

  @Test func thoseOfThisProcessAreThoseThatSwiftKnows() {
    #expect(processArguments() == Array(CommandLine.arguments.dropFirst()))
  }
}

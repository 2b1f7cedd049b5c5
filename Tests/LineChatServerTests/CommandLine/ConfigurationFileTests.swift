import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct ConfigurationFileTests {
  private let options = ServerConfiguration.options.map(\.description)

  @Test func readsKeysAndLeavesCommentsOut() throws {
    let text = "# all\r\n\r\n http=off\r\n\tdata = a b#c # here\nagent-rooms = default\nline = a:1\nline=b:2"
    let values = try configurationFileValues(Array(text.utf8), path: "f", options: options)
    #expect(
      values == [
        GivenValue(name: "http", value: "off", origin: "f:3: http"),
        GivenValue(name: "data", value: "a b#c", origin: "f:4: data"),
        GivenValue(name: "agent-rooms", value: "default", origin: "f:5: agent-rooms"),
        GivenValue(name: "line", value: "a:1", origin: "f:6: line"),
        GivenValue(name: "line", value: "b:2", origin: "f:7: line"),
      ])
  }

  @Test func anEmptyFileGivesNothing() throws {
    #expect(try configurationFileValues([], path: "f", options: options) == [])
  }

  @Test(arguments: [
    ("http\n", "f:1: 'http': expected 'key = value'"),
    ("= x\n", "f:1: '= x': expected 'key = value'"),
    ("\n\nhtpp = off", "f:3: unknown key 'htpp'; did you mean 'http'?"),
    ("--http = off", "f:1: unknown key '--http'; did you mean 'http'?"),
    ("data = # none", "f:1: data needs a value: data = DIR"),
    ("data = a\ndata = b", "f:2: 'data' stands twice and takes one value"),
  ])
  func namesTheLineThatIsWrong(text: String, message: String) {
    #expect(throws: UsageError(message: message)) {
      try configurationFileValues(Array(text.utf8), path: "f", options: options)
    }
  }

  @Test func refusesWhatIsNoText() {
    #expect(throws: UsageError(message: "f: not UTF-8")) {
      try configurationFileValues([0xFF], path: "f", options: options)
    }
  }

  @Test func aFileCannotNameAnotherFile() {
    let message = complaint(invocation("--config", "f", files: ["f": "config = g"]))
    #expect(message == "linechat: f:1: unknown key 'config'")
  }

  @Test func aFileThatCannotBeReadIsNamed() {
    #expect(complaint(invocation("--config", "f")) == "linechat: --config: cannot read 'f': no such file")
    #expect(readSmallFile("/nonexistent/f") == .failure(FileProblem(reason: "No such file or directory")))
    #expect(readSmallFile("/") == .failure(FileProblem(reason: "Is a directory")))
  }
}

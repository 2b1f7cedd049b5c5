import ChatClient
import LineProtocol
import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct InvocationTests {
  private let standard = ServerAddress(host: "127.0.0.1", port: 6667)

  @Test func serveIsTheDefault() {
    #expect(invocation() == .serve(ServerConfiguration()))
    #expect(invocation("serve") == .serve(ServerConfiguration()))
    #expect(invocation("--http", "off") == invocation("serve", "--http", "off"))
  }

  @Test func chatTakesANameAndARoom() throws {
    let expected = Invocation.chat(
      user: try Nick("alice"), room: try RoomName("lobby"), server: ServerAddress(host: "::1", port: 1))
    #expect(invocation("chat", "alice", "#lobby", "--to", "[::1]:1") == expected)
    #expect(invocation("chat", "--to=[::1]:1", "alice", "lobby") == expected)
    #expect(invocation("chat", "alice", "lobby", environment: ["LINECHAT_TO": "[::1]:1"]) == expected)
  }

  @Test func sendJoinsItsWords() throws {
    #expect(
      invocation("send", "lobby", "hello", "there", "--as", "bob", "--", "--you")
        == .send(
          room: try RoomName("lobby"), text: "hello there --you", name: try Nick("bob"), server: standard))
  }

  @Test(arguments: [
    ("alice", "alice"), ("Jean-Luc P.", "Jean-LucP"), ("7of9", "of9"), ("-x", "x"), ("", "anonymous"),
    ("日本", "anonymous"), ("42", "anonymous"),
    (String(repeating: "a", count: 40), String(repeating: "a", count: 32)),
  ])
  func sendSpeaksUnderTheNameOfTheSystemsUser(user: String, nick: String) throws {
    #expect(
      invocation("send", "r", "x", environment: ["USER": user])
        == .send(room: try RoomName("r"), text: "x", name: try Nick(nick), server: standard))
  }

  @Test func tailBeginsWhereItIsTold() throws {
    let room = try RoomName("r")
    #expect(invocation("tail", "r") == .tail(room: room, after: nil, server: standard))
    #expect(invocation("tail", "r", "--after", "0") == .tail(room: room, after: 0, server: standard))
    #expect(invocation("tail", "r", "--after=57") == .tail(room: room, after: 57, server: standard))
  }

  @Test(arguments: [
    ("LINECHAT_HTPP", "; did you mean LINECHAT_HTTP?"),
    ("LINECHAT_LOG_LEVLE", "; did you mean LINECHAT_LOG_LEVEL?"),
    ("LINECHAT_AGENT-ROOMS", "; did you mean LINECHAT_AGENT_ROOMS?"), ("LINECHAT_COLOUR", ""),
    ("LINECHAT_", ""),
    ("LINECHAT_Http", "; did you mean LINECHAT_HTTP?"),
  ])
  func anUnknownVariableIsNamed(variable: String, advice: String) {
    let message = "linechat: \(variable): there is no such option\(advice)"
    #expect(complaint(invocation("serve", environment: [variable: "off"])) == message)
    #expect(complaint(invocation("send", "r", "x", environment: [variable: "off"])) == message)
    // Empty counts as unset, and help is there for whoever has made a mistake.
    #expect(invocation("serve", environment: [variable: ""]) == .serve(ServerConfiguration()))
    #expect(complaint(invocation("serve", "--help", environment: [variable: "off"])) == nil)
  }

  @Test func variablesOfOthersAreNoMistake() {
    let environment = [
      // Those of other subcommands.
      "LINECHAT_TO": "localhost:1", "LINECHAT_AS": "bob", "LINECHAT_AFTER": "0", "LINECHAT_RECEIVERS": "5",
      // What Kubernetes and Docker tell of a service that is called linechat.
      "LINECHAT_SERVICE_HOST": "10.0.0.1", "LINECHAT_SERVICE_PORT_IRC": "6667",
      "LINECHAT_PORT": "tcp://10.0.0.1:6667",
      "LINECHAT_PORT_6667_TCP_ADDR": "10.0.0.1",
      // No variable of the program.
      "LINECHAT": "x", "LINECHATTER": "y",
    ]
    #expect(invocation("serve", environment: environment) == .serve(ServerConfiguration()))
  }

  @Test func repairTimesTakesTheDirectoryAsServeDoes() {
    #expect(invocation("repair-times") == .repairTimes(directory: "data"))
    #expect(invocation("repair-times", "--data", "x") == .repairTimes(directory: "x"))
    #expect(invocation("repair-times", environment: ["LINECHAT_DATA": "y"]) == .repairTimes(directory: "y"))
    let files = ["f": "data = z\nhttp = off"]
    #expect(invocation("repair-times", "--config", "f", files: files) == .repairTimes(directory: "z"))
    #expect(complaint(invocation("repair-times", "--http", "off")) != nil)
  }

  @Test(arguments: [
    (["chatt"], "unknown subcommand 'chatt'; did you mean 'chat'?"),
    (["bogus"], "unknown subcommand 'bogus'; there are serve, chat, send, tail, bench, repair-times, help"),
    (
      ["help", "bogus"],
      "unknown subcommand 'bogus'; there are serve, chat, send, tail, bench, repair-times, help"
    ),
    (["chat"], "USER is missing: linechat chat USER ROOM [OPTION VALUE]..."),
    (["chat", "alice"], "ROOM is missing: linechat chat USER ROOM [OPTION VALUE]..."),
    (["chat", "a", "b", "c"], "'c' is too much: linechat chat USER ROOM [OPTION VALUE]..."),
    (["serve", "x"], "'x' is too much: linechat serve [OPTION VALUE]..."),
    (["send", "room"], "TEXT... is missing: linechat send ROOM TEXT... [OPTION VALUE]..."),
    (["tail", "r", "--after", "-1"], "--after: '-1': expected a message's id, 0 or greater"),
    (["tail", "r", "--as", "x"], "unknown option '--as'; words that begin with a dash stand after '--'"),
  ])
  func aUsageErrorNamesTheThing(words: [String], message: String) {
    #expect(complaint(Invocation(arguments: words, environment: [:])) == "linechat: " + message)
  }

  @Test func anOperandThatIsWrongIsNamed() throws {
    #expect(
      try #require(complaint(invocation("chat", "9", "r"))).hasPrefix("linechat: USER: '9': expected a nick"))
    #expect(
      try #require(complaint(invocation("tail", "a b"))).hasPrefix("linechat: ROOM: 'a b': expected a room"))
  }

  @Test func helpAndVersionGoToStandardOutput() {
    #expect(invocation("--help") == .print(Help.overview, exit: 0, toStandardError: false))
    #expect(invocation("-h") == invocation("--help"))
    #expect(invocation("help") == invocation("--help"))
    #expect(invocation("help", "serve") == .print(Help.page(.serve), exit: 0, toStandardError: false))
    #expect(invocation("tail", "--help") == invocation("help", "tail"))
    #expect(
      invocation("--version") == .print("linechat \(Version.number)\n", exit: 0, toStandardError: false))
  }
}

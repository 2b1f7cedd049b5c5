import ChatStore
import LineProtocol
import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct ServerConfigurationTests {
  @Test func withoutAnythingTheDefaultsHold() throws {
    let defaults = try #require(configuration([]))
    #expect(defaults == ServerConfiguration())
    #expect(defaults.lineAddresses.map(\.description) == ["127.0.0.1:6667"])
    #expect(defaults.http?.description == "127.0.0.1:8000")
    #expect(defaults.dataDirectory == "data")
    #expect(defaults.durability == .full)
    #expect(defaults.loops == nil)
    #expect(defaults.agentRooms == .named([try RoomName("default")]))
    #expect(defaults.sendQueueBytes == 1 << 20)
  }

  /// What help shows as the default is the default.
  @Test(arguments: ServerConfiguration.options.map(\.description).filter { $0.defaultText != nil })
  func theDefaultThatIsShownIsInForce(option: OptionDescription) throws {
    #expect(configuration(["--\(option.name)", try #require(option.defaultText)]) == ServerConfiguration())
  }

  @Test func takesEveryFlag() throws {
    let all = try #require(
      configuration([
        "--line", "*:1", "--line=[::1]:2", "--http", "off", "--data", "/x y", "--durability", "normal",
        "--loops", "64",
        "--agent", "off", "--agent-rooms", "default,#ops", "--agent-name", "robot", "--agent-rules", "r.json",
        "--rate-limit", "5/s", "--send-queue", "512k", "--server-name", "irc.example.org", "--network-name",
        "Example",
        "--allow-origin", "https://Example.org", "--allow-origin", "http://localhost:3000", "--log-level",
        "debug", "--flood-timeout", "1m", "--max-connections", "7", "--max-connections-per-address", "6",
        "--max-rooms", "5", "--max-rooms-per-session", "4", "--ping-after", "100ms", "--ping-timeout", "3s",
        "--register-timeout", "24h", "--request-timeout", "2m", "--allow-host", "Chat.Example.org.",
        "--allow-host", "my_box",
      ]))
    var expected = ServerConfiguration()
    expected.lineAddresses = [Address(host: "*", port: 1), Address(host: "::1", port: 2)]
    expected.http = nil
    expected.dataDirectory = "/x y"
    expected.durability = .normal
    expected.loops = 64
    expected.agentEnabled = false
    expected.agentRooms = .named([try RoomName("default"), try RoomName("ops")])
    expected.agentName = try Nick("robot")
    expected.agentRulesFile = "r.json"
    expected.rateLimit = .perSecond(5)
    expected.sendQueueBytes = 512 << 10
    expected.serverName = "irc.example.org"
    expected.networkName = "Example"
    expected.allowOrigins = ["https://example.org", "http://localhost:3000"]
    expected.allowHosts = ["chat.example.org", "my_box"]
    expected.logLevel = .debug
    expected.floodTimeout = 60_000
    expected.maxConnections = 7
    expected.maxConnectionsPerAddress = 6
    expected.maxRooms = 5
    expected.maxRoomsPerSession = 4
    expected.pingAfter = 100
    expected.pingTimeout = 3_000
    expected.registerTimeout = 86_400_000
    expected.requestTimeout = 120_000
    #expect(all == expected)
    #expect(configuration(["--agent-rooms", "*"])?.agentRooms == .all)
    #expect(configuration(["--rate-limit", "off"])?.rateLimit == .off)
    #expect(configuration(["--rate-limit", "7"])?.rateLimit == .perSecond(7))
  }

  @Test func flagsWinOverEnvironmentOverFile() {
    let files = ["f": "data = file\nhttp = off\nloops = 3"]
    let environment = [
      "LINECHAT_DATA": "environment", "LINECHAT_HTTP": "localhost:1", "LINECHAT_CONFIG": "f",
    ]
    let result = configuration(["--data", "flag"], environment: environment, files: files)
    #expect(result?.dataDirectory == "flag")
    #expect(result?.http == Address(host: "localhost", port: 1))
    #expect(result?.loops == 3)
    #expect(result?.configurationFile == "f")
  }

  @Test func theLastOfTwoFlagsWins() {
    #expect(configuration(["--data", "a", "--data", "b"])?.dataDirectory == "b")
  }

  @Test func aRepeatableOptionTakesAllFromTheHighestSource() {
    let files = ["f": "line = a:1\nline = b:2\n"]
    let environment = ["LINECHAT_LINE": "c:3, d:4"]
    let lines = { (words: [String], environment: [String: String]) in
      configuration(["--config", "f"] + words, environment: environment, files: files)?.lineAddresses
        .map(\.description)
    }
    #expect(lines([], [:]) == ["a:1", "b:2"])
    #expect(lines([], environment) == ["c:3", "d:4"])
    #expect(lines(["--line", "e:5"], environment) == ["e:5"])
  }

  @Test func anEmptyVariableIsUnset() {
    #expect(configuration([], environment: ["LINECHAT_HTTP": ""]) == ServerConfiguration())
  }

  @Test(arguments: [
    ("http", "localhost"), ("line", "6667"), ("data", ""), ("durability", "none"), ("loops", "0"),
    ("loops", "65"),
    ("loops", "+2"), ("agent", "yes"), ("agent-rooms", "a b"), ("agent-rooms", "a,,b"), ("agent-rooms", ""),
    ("agent-name", "9"), ("rate-limit", "0"), ("rate-limit", "-1"), ("rate-limit", "99999999999999999999"),
    ("memory", "15m"), ("memory", "1025g"), ("memory", "k"), ("send-queue", "63k"), ("send-queue", "1g"),
    ("send-queue", "9223372036854775807k"), ("send-queue", "k"),
    ("send-queue", "1025m"), ("server-name", "a b"), ("server-name", ""), ("network-name", "a=b"),
    ("allow-origin", "example.org"), ("allow-origin", "https://example.org/"), ("allow-origin", "https://"),
    ("allow-host", "https://example.org"), ("allow-host", "example.org:8000"), ("allow-host", "*"),
    ("allow-host", "a..b"), ("allow-host", "[::1]"), ("allow-host", "."), ("allow-host", "a b"),
    ("log-level", "loud"), ("max-connections", "0"), ("max-rooms", "-1"),
    ("max-rooms-per-session", "1000000001"),
    ("max-connections-per-address", "many"), ("flood-timeout", "5"), ("ping-after", "99ms"),
    ("ping-timeout", "25h"), ("register-timeout", "9223372036854775807h"), ("request-timeout", "1.5s"),
    ("agent-rules", ""), ("config", ""),
  ])
  func aWrongValueIsNamedWithWhereItStood(name: String, value: String) throws {
    let flag = try #require(complaint(invocation("--\(name)=\(value)")))
    #expect(flag.hasPrefix("linechat: --\(name): '\(value)': expected "))
    guard !value.isEmpty, name != "config" else { return }
    let variable = "LINECHAT_" + name.uppercased().split(separator: "-").joined(separator: "_")
    let environment = try #require(complaint(invocation(environment: [variable: value])))
    #expect(environment.hasPrefix("linechat: \(variable): '\(value)': expected "))
    let file = try #require(complaint(invocation("--config", "c", files: ["c": "\n\(name) = \(value)\n"])))
    #expect(file.hasPrefix("linechat: c:2: \(name): '\(value)': expected "))
  }

  @Test func aWrongValueIsAnErrorAlsoWhereItIsOverridden() throws {
    let message = try #require(complaint(invocation("--http", "off", environment: ["LINECHAT_HTTP": "x"])))
    #expect(message.hasPrefix("linechat: LINECHAT_HTTP: 'x'"))
  }
}

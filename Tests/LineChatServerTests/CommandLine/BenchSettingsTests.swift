import LoadBench
import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct BenchSettingsTests {
  private func planned(_ words: String..., environment: [String: String] = [:]) -> BenchPlan? {
    guard case .bench(let plan, _) = Invocation(arguments: ["bench"] + words, environment: environment)
    else { return nil }
    return plan
  }

  @Test func aScenarioIsEnough() throws {
    #expect(planned("fanout") == BenchPlan())
    let rooms = try #require(planned("rooms"))
    #expect(rooms.window == 1)
    let post = try #require(planned("post"))
    #expect(post.sending == .http)
    #expect(post.senders == 64)
  }

  @Test func theDoorIsEverybodysUnlessTheSendersHaveAnother() throws {
    let irc = try #require(planned("fanout", "--door", "irc"))
    #expect((irc.listening, irc.sending) == (.irc, .irc))
    let mixed = try #require(planned("rooms", "--door", "irc", "--send", "ws"))
    #expect((mixed.listening, mixed.sending) == (.irc, .ws))
    let http = try #require(planned("fanout", "--door", "http"))
    #expect((http.listening, http.sending, http.senders) == (.ws, .http, 64))
  }

  @Test func takesItsValues() throws {
    let plan = try #require(
      planned(
        "fanout", "--to", "[::1]:1", "--http=localhost:2", "--receivers", "3", "--senders", "4", "--window",
        "5", "--payload", "100", "--duration", "0.25", "--connecting", "6", "--pid", "7"))
    #expect(plan.line == Endpoint(host: "::1", port: 1))
    #expect(plan.http == Endpoint(host: "localhost", port: 2))
    #expect((plan.receivers, plan.senders, plan.window, plan.payload) == (3, 4, 5, 100))
    #expect((plan.milliseconds, plan.connecting, plan.serverProcess) == (250, 6, 7))
  }

  @Test func jsonIsAFlag() {
    #expect(invocation("bench", "--json", "fanout") == .bench(BenchPlan(), asJSON: true))
    #expect(invocation("bench", "fanout", "--json") == .bench(BenchPlan(), asJSON: true))
    #expect(invocation("bench", "fanout") == .bench(BenchPlan(), asJSON: false))
    #expect(
      invocation("bench", "fanout", environment: ["LINECHAT_JSON": "on"]) == .bench(BenchPlan(), asJSON: true)
    )
  }

  @Test func aServersEnvironmentIsNoObstacle() {
    #expect(planned("fanout", environment: ["LINECHAT_HTTP": "off"])?.http == nil)
    #expect(planned("fanout", environment: ["LINECHAT_HTTP": "off"]) != nil)
  }

  @Test(arguments: [
    ([], "SCENARIO is missing: linechat bench SCENARIO [OPTION VALUE]..."),
    (["flood"], "SCENARIO: 'flood': expected one of fanout, rooms, post"),
    (["rooms", "--receivers", "3"], "--receivers has no meaning for rooms"),
    (["fanout", "--members", "3"], "--members has no meaning for fanout"),
    (["post", "--door", "irc"], "--door has no meaning for post"),
    (["rooms", "--members", "1"], "--members: '1': expected a whole number from 2 to 1000"),
    (["fanout", "--door", "tcp"], "--door: 'tcp': expected one of plain, irc, ws, http"),
    (["fanout", "--payload", "36"], "--payload: '36': expected a whole number from 37 to 4096"),
    (
      ["fanout", "--send", "irc", "--payload", "351"],
      "--payload: '351': expected at most 350 with irc, whose lines end at 512 bytes"
    ),
    (
      ["fanout", "--send", "http", "--window", "2"],
      "--window has no meaning for http, where a sender has one request under way: use --senders"
    ),
    (["fanout", "--door", "ws", "--http", "off"], "--http is off, and fanout needs it: --http HOST:PORT"),
    (
      ["post", "--duration", "0.05"],
      "--duration: '0.05': expected seconds from 0.1 to 3600, such as 5 or 0.5"
    ),
  ])
  func aUsageErrorNamesTheThing(words: [String], message: String) {
    #expect(complaint(Invocation(arguments: ["bench"] + words, environment: [:])) == "linechat: " + message)
  }

  @Test(arguments: ["", ".", "5.", ".5", "1.2345", "1e3", "-1", "3601", "99999999999999999999", "0.0999"])
  func otherDurationsAreRefused(text: String) {
    #expect(throws: InvalidValue.self) { try Values.seconds(text) }
  }

  @Test func durationsAreMilliseconds() throws {
    #expect(try Values.seconds("0.1") == 100)
    #expect(try Values.seconds("2") == 2000)
    #expect(try Values.seconds("1.25") == 1250)
    #expect(try Values.seconds("3600.000") == 3_600_000)
  }
}

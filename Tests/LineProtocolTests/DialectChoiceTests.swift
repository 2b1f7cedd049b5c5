import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct DialectChoiceTests {
  /// Weighs a line and deals with it as a session does.
  @discardableResult
  private func read(
    _ line: String, crlf: Bool = true, hasNick: Bool = false, at now: Int64 = 0,
    by choice: inout DialectChoice
  ) -> DialectChoice.Verdict {
    let verdict = choice.weigh(bytes(line).span, hasNick: hasNick)
    switch verdict {
    case .hold: choice.hold(bytes(line).span, endsWithCRLF: crlf, at: now)
    case .plain: choice.decidePlain()
    case .irc, .blank: break
    }
    return verdict
  }

  private func held(_ choice: DialectChoice) -> [String] {
    choice.held.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func aNickWithCRLFWaits() {
    var choice = DialectChoice()
    #expect(read("NICK alice", at: 1000, by: &choice) == .hold)
    #expect(choice.isHolding)
    for now: Int64 in [1000, 1001, 1299, 1300] { #expect(!choice.isOver(at: now), "\(now)") }
    for now: Int64 in [1301, 5000] { #expect(choice.isOver(at: now), "\(now)") }
  }

  @Test func aNickWithLFWaitsForTheLinesAtHandOnly() {
    var choice = DialectChoice()
    #expect(read("NICK alice", crlf: false, at: 1000, by: &choice) == .hold)
    #expect(choice.isOver(at: 1000))
  }

  @Test func nothingHeldIsNeverOver() {
    #expect(!DialectChoice().isOver(at: .max))
  }

  @Test(arguments: ["USER a 0 * :A", "CAP LS 302", "pass x"]) func ircDecides(line: String) {
    var choice = DialectChoice()
    #expect(read(line, by: &choice) == .irc)
    read("NICK alice", by: &choice)
    #expect(read(line, hasNick: true, by: &choice) == .irc)
    #expect(held(choice) == ["NICK alice"])
  }

  @Test func pingAndNickTellNothingBehindANick() {
    var choice = DialectChoice()
    read("NICK alice", at: 1000, by: &choice)
    #expect(read("PING one", hasNick: true, at: 1200, by: &choice) == .hold)
    #expect(read("", hasNick: true, at: 1210, by: &choice) == .blank)
    #expect(read("nick bob", hasNick: true, at: 1220, by: &choice) == .hold)
    #expect(held(choice) == ["NICK alice", "PING one", "nick bob"])
    #expect(choice.isOver(at: 1301), "they do not make the wait longer")
  }

  @Test(arguments: ["JOIN ops", "HELP", "MSG ops x", "QUIT", "pingx", "NICKX a"])
  func anyOtherLineIsPlain(line: String) {
    var choice = DialectChoice()
    read("NICK alice", by: &choice)
    #expect(read(line, hasNick: true, by: &choice) == .plain)
    #expect(!choice.isHolding)
  }

  @Test func onlyTheFirstLineWaitsForTime() {
    for first in ["PING x", "JOIN ops", "NICK 9lives"] {
      var choice = DialectChoice()
      read(first, crlf: false, by: &choice)
      choice.decidePlain()
      #expect(read("NICK alice", at: 1000, by: &choice) == .hold)
      #expect(choice.isOver(at: 1000), "\(first)")
    }
    var choice = DialectChoice()
    read("  ", by: &choice)
    read("NICK alice", at: 1000, by: &choice)
    #expect(!choice.isOver(at: 1000), "a blank line is none")
  }

  @Test func aChangeOfNickIsNotHeld() {
    var choice = DialectChoice()
    #expect(read("NICK bob", hasNick: true, by: &choice) == .plain)
    #expect(read("PING x", hasNick: true, by: &choice) == .plain)
  }

  @Test func whatIsHeldIsBounded() {
    var choice = DialectChoice()
    read("NICK alice", by: &choice)
    let ping = "PING " + String(repeating: "x", count: 1000)
    for _ in 0..<8 { #expect(read(ping, hasNick: true, by: &choice) == .hold) }
    #expect(read(ping, hasNick: true, by: &choice) == .plain)
  }
}

import LineProtocol
import Testing

@testable import LineDoor

/// What is kept until a line tells the dialect.
@Suite(.timeLimit(.minutes(5))) struct DialectDetectionTests {
  /// Holds lines as a session does; true if one of them waits for another packet.
  private func hold(_ lines: [String], endsWithCRLF: Bool = true, _ detection: inout DialectDetection) -> Bool
  {
    var waits = false
    for line in lines {
      let bytes = Array(line.utf8)
      if detection.hold(bytes.span, endsWithCRLF: endsWithCRLF, at: 0) { waits = true }
    }
    return waits
  }

  private func held(_ detection: inout DialectDetection) -> [String] {
    var lines: [String] = []
    while let line = detection.nextHeld() { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }

  @Test func answersAreKeptBackUntilTheSessionIsPlain() {
    var detection = DialectDetection()
    #expect(!detection.isHolding)
    let waits = hold(["NICK ann"], &detection)
    #expect(waits && detection.isHolding)
    #expect(!detection.isOver(at: 300) && detection.isOver(at: DialectChoice.timeout))
    detection.keepBack(Array("OK NICK ann\n".utf8))
    let said = detection.decidePlain()
    #expect(String(decoding: said, as: UTF8.self) == "OK NICK ann\n")
    #expect(!detection.isHolding)
    let nothing = detection.decidePlain()
    #expect(nothing.isEmpty)
  }

  @Test func aScriptDoesNotWait() {
    var detection = DialectDetection()
    let waits = hold(["NICK ann"], endsWithCRLF: false, &detection)
    #expect(!waits && detection.isOver(at: 0))
  }

  @Test(arguments: [(true, ["PING x"]), (false, ["NICK ann", "PING x"])])
  func ircDealsWithTheLinesAgain(hasNick: Bool, lines: [String]) {
    var detection = DialectDetection()
    _ = hold(["NICK ann", "PING x"], &detection)
    detection.keepBack(Array("OK NICK ann\nPONG x\n".utf8))
    detection.decideIRC(hasNick: hasNick)
    #expect(!detection.isHolding && detection.hasHeld)
    #expect(held(&detection) == lines)
    // An IRC client never sees a plain line.
    let said = detection.takeKeptBack()
    #expect(said.isEmpty && !detection.hasHeld)
  }

  /// A nick that was refused in plain words is asked for again.
  @Test func theLatestNickIsKept() {
    var detection = DialectDetection()
    _ = hold(["NICK ann", "NICK 1"], &detection)
    _ = detection.decidePlain()
    detection.decideIRC(hasNick: false)
    #expect(held(&detection) == ["NICK 1"])
  }

  /// It is asked for before each line, also while lines are held that no dialect has had.
  @Test func whatIsHeldStaysUntilItIsDecided() {
    var detection = DialectDetection()
    #expect(hold(["NICK ann"], &detection))
    #expect(detection.nextHeld() == nil && detection.isHolding)
    detection.keepBack(Array("OK".utf8))
    #expect(detection.nextHeld() == nil)
    #expect(detection.decidePlain(hasNick: true) == Array("OK".utf8))
    #expect(!detection.isHolding && !detection.hasHeld)
  }
}

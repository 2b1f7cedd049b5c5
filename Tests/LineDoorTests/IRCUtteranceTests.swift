import LineProtocol
import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct IRCUtteranceTests {
  private func read(_ parameters: String..., as kind: Message.Kind = .message) -> IRCUtterance {
    IRCUtterance(IRCLine(command: kind == .notice ? "NOTICE" : "PRIVMSG", parameters: parameters), kind)
  }

  @Test func rooms() throws {
    let utterance = read("#a,#B,#c,#d", "hello")
    #expect(utterance.rooms.map(\.text) == ["a", "B", "c", "d"])
    #expect(utterance.content?.kind == .message && utterance.content?.text.string == "hello")
    #expect(utterance.refusals.isEmpty)
  }

  @Test func aRoomNamedTwiceIsOne() {
    #expect(read("#S,#t,#s,#T,#S", "x").refusals.map(\.numeric) == [.errTooManyTargets])
    #expect(read("#S,#t,#s,#T", "x").rooms.map(\.text) == ["S", "t"])
  }

  @Test func anActionIsOne() {
    let utterance = read("#a", "\u{1}ACTION waves\u{1}")
    #expect(utterance.content?.kind == .action && utterance.content?.text.string == "waves")
  }

  @Test func whatCanBeSaidIsSaid() {
    let utterance = read("bob,#a,#b:c", "hello")
    #expect(utterance.rooms.map(\.text) == ["a"])
    #expect(utterance.refusals.map(\.numeric) == [.errNoSuchNick, .errNoSuchChannel])
    #expect(utterance.refusals.map(\.params) == [["bob"], ["#b:c"]])
  }

  @Test func aReferenceGoesWithOneChannel() {
    func read(_ targets: String, _ reference: String) -> IRCUtterance {
      let tag = IRCLine.Tag(key: "+linechat/ref", value: reference)
      return IRCUtterance(IRCLine(tags: [tag], command: "PRIVMSG", parameters: [targets, "x"]), .message)
    }
    #expect(read("#a", "b17").reference?.text == "b17")
    for (targets, reference) in [("#a,#b", "b17"), ("#a", ""), ("#a", "two words")] {
      let utterance = read(targets, reference)
      #expect(utterance.rooms.isEmpty && utterance.reference == nil)
      #expect(Set(utterance.refusals.map(\.numeric)) == [.errCannotSendToChan])
    }
  }

  @Test func refusals() {
    #expect(read().refusals.map(\.numeric) == [.errNoRecipient])
    #expect(read(",", "x").refusals.map(\.numeric) == [.errNoRecipient])
    #expect(read("#a").refusals.map(\.numeric) == [.errNoTextToSend])
    #expect(read("#a", "").refusals.map(\.numeric) == [.errNoTextToSend])
    #expect(read("#a,#b", "\u{1B}").refusals.map(\.params) == [["#a"], ["#b"]])
    let tooMany = read("#a,#b,#c,#d,#e", "x")
    #expect(tooMany.refusals == [IRCRefusal(.errTooManyTargets, ["#e"])])
    #expect(tooMany.content == nil && tooMany.rooms.isEmpty)
  }

  @Test func aNoticeGetsNoErrors() {
    let notice = read("bob,#a", "hello", as: .notice)
    #expect(notice.refusals.isEmpty && notice.rooms.map(\.text) == ["a"])
    #expect(read(as: .notice).refusals.isEmpty && read(as: .notice).content == nil)
    #expect(read("#a", "\u{1B}", as: .notice).content == nil)
  }
}

@Suite(.timeLimit(.minutes(5))) struct IRCTargetTests {
  @Test(arguments: [nil, "", ",", "#a", "#a,", ",#a", "#a,#b", ",,#a,,#b,,", "x y,z"]) func areCounted(
    _ parameter: String?
  ) {
    #expect(IRCDialect.targetCount(parameter) == IRCDialect.targets(parameter).count)
  }
}

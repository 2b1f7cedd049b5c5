import ChatCore
import Delivery
import LineProtocol
import Testing

/// A step that only this door has.
private struct Mark: DoorStep {
  let name: String
}

/// Carries out steps, and writes down which.
private final class Recorder: StepRunner {
  var progress = StepProgress()
  private(set) var deeds: [String] = []
  /// Replays end before they are begun.
  var answersAtOnce = false

  func take() -> [String] {
    defer { deeds = [] }
    return deeds
  }

  func say(_ bytes: [UInt8]) { deeds.append(String(decoding: bytes, as: UTF8.self)) }
  func countRefusal(_ code: String) { deeds.append("count \(code)") }
  func submit(_ action: Request.Action) { deeds.append("submit \(action.verb)") }
  func ask(_ query: DirectoryQuery) { deeds.append("ask") }
  func read(_ query: HistoryQuery) { deeds.append("read") }
  func awaitDrain() { deeds.append("drain") }
  func goLive(in room: RoomID) { deeds.append("live \(room.number)") }
  func startReplay(_ order: ReplayOrder) {
    deeds.append("replay \(order.name.text)")
    if answersAtOnce { replayed(.success(order.after)) }
  }
  func close(reason: String) {
    deeds.append("close \(reason)")
    dropSteps()
  }
  func perform(_ step: any DoorStep) { deeds.append("own \((step as? Mark)?.name ?? "")") }
  func stepsEnded() { deeds.append("end") }
}

@Suite(.timeLimit(.minutes(5))) struct StepRunnerTests {
  private let runner = Recorder()
  private let room: RoomName

  init() throws { room = try RoomName("ops") }

  private func say(_ text: String) -> Step { .say(Array(text.utf8)) }

  private func event(_ kind: Event.Kind) -> Event { Event(origin: SessionID(loop: 0, serial: 1), kind) }

  private func refusal(of verb: Request.Verb) -> Event {
    event(.refused(Refusal(verb, ProtocolError(.badRoom, asked: ""))))
  }

  @Test func stepsComeInTheirOrder() {
    runner.run(
      .steps([
        say("a"), .steps([say("b"), .steps([]), .done, .door(Mark(name: "c"))]),
        .refuse(Array("d".utf8), code: "no"),
        .goLive(RoomID(3)), .submit(.part(room, reason: nil)),
      ]))
    #expect(runner.take() == ["a", "b", "own c", "count no", "d", "live 3", "submit part"])
    #expect(runner.progress.isIdle)
  }

  /// What waits holds up what follows, and nothing else.
  @Test func eachAnswerGoesOn() throws {
    runner.run(
      .steps([
        .request(.part(room, reason: nil)) { _ in self.say("parted") },
        .ask(.count) { _ in .ask(.count) { _ in self.say("counted") } },
        .read(HistoryQuery(room: nil, .newest, limit: 1)) { _ in self.say("read it") },
        .page(Array("page".utf8), next: say("next")),
        .replay(ReplayOrder(of: RoomID(3), room, after: 1, to: .live)) { _ in self.say("replayed") },
        say("last"),
      ]))
    #expect(runner.take() == ["submit part"])
    runner.happened(refusal(of: .part))
    #expect(runner.take() == ["parted", "ask"])
    runner.answered(.holders([]))
    runner.answered(.holders([]))
    #expect(runner.take() == ["ask", "counted", "read"])
    runner.answered(.failure(.stopping))
    #expect(runner.take() == ["read it", "page", "drain"])
    runner.drained()
    #expect(runner.take() == ["next", "replay ops"])
    runner.replayed(.success(4))
    #expect(runner.take() == ["replayed", "last", "end"])
    #expect(runner.progress.isIdle)
  }

  @Test func anAnswerMayComeAtOnce() {
    runner.answersAtOnce = true
    let order = ReplayOrder(of: RoomID(3), room, after: 1, to: .live)
    runner.run(
      .steps([.replay(order) { _ in self.say("a") }, .replay(order) { _ in self.say("b") }, say("c")]))
    // Nothing was waited for, so nobody is told that it is over.
    #expect(runner.take() == ["replay ops", "a", "replay ops", "b", "c"])
    runner.run(.ask(.count) { _ in .replay(order) { _ in self.say("d") } })
    runner.answered(.holders([]))
    #expect(runner.take() == ["ask", "replay ops", "d", "end"])
  }

  @Test(arguments: Request.Verb.allCases)
  func onlyWhatComesOfTheRequestAnswersIt(verb: Request.Verb) throws {
    let nick = try Nick("ann")
    let action: Request.Action =
      switch verb {
      case .claim: .claim(nick)
      case .enter: .enter(nick, room, after: nil)
      case .join: .join(room, after: nil)
      case .part: .part(room, reason: nil)
      case .publish: .publish(room, try MessageText("a"), .message)
      case .post: .post(room, try MessageText("a"), as: nick, .user)
      case .setTopic: .setTopic(room, "a")
      case .end: .end(reason: "a")
      }
    runner.run(.request(action) { _ in self.say("told") })
    _ = runner.take()
    for other in Request.Verb.allCases where other != verb { runner.happened(refusal(of: other)) }
    for kind in [
      Event.Kind.opened(RoomID(3), room), .closed(RoomID(3), room), .wanted(SessionID(loop: 0, serial: 1)),
    ] {
      runner.happened(event(kind))
    }
    runner.answered(.holders([]))
    runner.drained()
    #expect(runner.take() == [])
    runner.happened(refusal(of: verb))
    #expect(runner.take() == ["told", "end"])
  }

  @Test func nothingFollowsTheEnd() {
    runner.run(.steps([say("a"), .close(reason: "b"), say("c")]))
    #expect(runner.take() == ["a", "close b"])
    runner.run(.steps([.ask(.count) { _ in self.say("d") }, say("e")]))
    runner.dropSteps()
    runner.answered(.holders([]))
    #expect(runner.take() == ["ask"])
    #expect(runner.progress.isIdle)
  }
}

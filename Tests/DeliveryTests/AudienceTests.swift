import ChatTestSupport
import LineProtocol
import Synchronization
import Testing

@testable import ChatCore
@testable import Delivery

/// Who is shown and told what, on two loops: each line once, in order.
@Suite(.timeLimit(.minutes(5))) struct AudienceTests {
  private let a: RoomName
  private let b: RoomName
  private let c: RoomName

  init() throws { (a, b, c) = (try RoomName("a"), try RoomName("b"), try RoomName("c")) }

  private func fixture(isPerRoom: Bool = false) throws -> ChatFixture {
    try ChatFixture(loops: 2, formats: [LineFormat(isPerRoom: isPerRoom), LineFormat(isPerRoom: !isPerRoom)])
  }

  private func guest(
    _ fixture: ChatFixture, _ name: String, on loop: Int, format: Int = 0, in rooms: RoomName...
  ) async throws -> Guest {
    let guest = try await Guest(fixture, on: loop, format: format)
    await guest.request(.claim(try Nick(name)))
    for room in rooms { await guest.request(.join(room, after: nil)) }
    return guest
  }

  @Test(arguments: [false, true]) func eachEventReachesItsAudience(isPerRoom: Bool) async throws {
    let fixture = try fixture(isPerRoom: isPerRoom)
    defer { fixture.stop() }
    let guests = [
      "ann": try await guest(fixture, "ann", on: 0, in: a, b),
      "bob": try await guest(fixture, "bob", on: 1, in: a),
      "carl": try await guest(fixture, "carl", on: 1, in: a, b),
      "dora": try await guest(fixture, "dora", on: 0, in: b),
      "eve": try await guest(fixture, "eve", on: 0),
      "frank": try await Guest(fixture, on: 1),
    ]
    for guest in guests.values { _ = await guest.lines() }
    let hi = try MessageText("hi")
    let once = Request.Action.publish(a, hi, .message, once: try MessageReference("r1"))
    let inBoth = isPerRoom ? ["a renamed ann anna", "b renamed ann anna"] : ["renamed ann anna"]
    let steps: [(who: String, Request.Action, lines: [String: [String]])] = [
      (
        "ann", .publish(a, hi, .message),
        ["ann": ["= ann: hi"], "bob": ["a ann: hi"], "carl": ["a ann: hi"]]
      ),
      (
        "carl", .publish(b, hi, .notice),
        ["carl": ["= carl: hi"], "ann": ["b carl: hi"], "dora": ["b carl: hi"]]
      ),
      ("ann", once, ["ann": ["= ann: hi"], "bob": ["a ann: hi"], "carl": ["a ann: hi"]]),
      ("ann", once, ["ann": ["= repeated 3"]]),
      (
        "bob", .setTopic(a, "beer"),
        ["bob": ["= topic beer"], "ann": ["a topic beer"], "carl": ["a topic beer"]]
      ),
      (
        "eve", .join(a, after: nil),
        [
          "eve": ["= joined eve"], "ann": ["a joined eve"], "bob": ["a joined eve"],
          "carl": ["a joined eve"],
        ]
      ),
      (
        "eve", .part(a, reason: nil),
        [
          "eve": ["= parted eve"], "ann": ["a parted eve"], "bob": ["a parted eve"],
          "carl": ["a parted eve"],
        ]
      ),
      ("eve", .join(c, after: nil), ["eve": ["= opened c", "= joined eve"]]),
      ("eve", .part(c, reason: nil), ["eve": ["= parted eve", "= closed c"]]),
      ("eve", .publish(a, hi, .message), ["eve": ["= refused not-joined"]]),
      (
        "eve", .post(b, hi, as: try Nick("x"), .user),
        ["eve": ["= x: hi"], "ann": ["b x: hi"], "carl": ["b x: hi"], "dora": ["b x: hi"]]
      ),
      // The holder lives on the other loop.
      ("eve", .claim(try Nick("BOB")), ["eve": ["= refused nick-in-use", "= wanted"], "bob": ["probed"]]),
      (
        "frank", .enter(try Nick("frank"), a, after: nil),
        [
          "frank": ["= named frank", "= joined frank"], "ann": ["a joined frank"],
          "bob": ["a joined frank"], "carl": ["a joined frank"],
        ]
      ),
      (
        "ann", .claim(try Nick("anna")),
        [
          "ann": ["= renamed ann anna"], "bob": [inBoth[0]], "carl": inBoth,
          "dora": [isPerRoom ? inBoth[1] : inBoth[0]], "frank": [inBoth[0]],
        ]
      ),
    ]
    for (who, action, expected) in steps {
      await guests[who]?.request(action)
      for (name, guest) in guests {
        #expect(await guest.lines() == expected[name] ?? [], "\(name), after \(who) asked for \(action)")
      }
    }
  }

  /// Whoever else has the old name or the new one in a room decides how the change looks there; and elsewhere,
  /// as somebody may be in both rooms, whom a change of name would mislead.
  @Test func aRenameLooksDifferentInEachRoom() async throws {
    let fixture = try fixture()
    defer { fixture.stop() }
    let ann = try await guest(fixture, "ann", on: 0, in: a, b, c)
    let viewers = [
      try await guest(fixture, "v1", on: 0, in: a), try await guest(fixture, "v2", on: 1, in: b),
      try await guest(fixture, "v3", on: 1, in: c), try await guest(fixture, "v4", on: 1, in: a, b, c),
      try await guest(fixture, "v5", on: 0, format: 1, in: a, b, c),
    ]
    // These two claim no nick.
    let (other, new) = (try await Guest(fixture, on: 1), try await Guest(fixture, on: 0))
    await other.request(.enter(try Nick("ann"), b, after: nil))
    await new.request(.enter(try Nick("eve"), c, after: nil))
    for guest in viewers + [ann, other, new] { _ = await guest.lines() }
    await ann.request(.claim(try Nick("eve")))
    #expect(await ann.lines() == ["= renamed ann eve"])
    #expect(await viewers[0].lines() == ["a parted ann", "a joined eve"])
    #expect(await viewers[1].lines() == ["b joined eve"])
    #expect(await viewers[2].lines() == ["c parted ann"])
    let inAll = ["a parted ann", "a joined eve", "b joined eve", "c parted ann"]
    #expect(await viewers[3].lines() == inAll)
    #expect(await viewers[4].lines() == inAll)
    #expect(await other.lines() == ["b joined eve"])
    #expect(await new.lines() == ["c parted ann"])
  }

  /// Where another session has the name, nobody is shown that this one went; and it is shown once for all
  /// rooms only when no session has the name any more.
  @Test func aQuitIsShownOnceOrInEachRoom() async throws {
    let fixture = try fixture()
    defer { fixture.stop() }
    let ann = try await guest(fixture, "ann", on: 0, in: a, b, c)
    let viewers = [
      try await guest(fixture, "v1", on: 0, in: a, b, c),
      try await guest(fixture, "v2", on: 1, format: 1, in: a, b, c),
      try await guest(fixture, "v3", on: 1, in: b), try await guest(fixture, "v4", on: 1, in: c),
    ]
    let other = try await Guest(fixture, on: 1)
    await other.request(.enter(try Nick("ann"), c, after: nil))
    for guest in viewers + [other] { _ = await guest.lines() }
    await ann.leave()
    #expect(await viewers[0].lines() == ["a quit ann", "b quit ann"])
    #expect(await viewers[1].lines() == ["a quit ann", "b quit ann"])
    #expect(await viewers[2].lines() == ["b quit ann"])
    #expect(await viewers[3].lines() == [])
    #expect(await other.lines() == [])
    await other.leave()
    #expect(await viewers[0].lines() == ["quit ann"])
    #expect(await viewers[1].lines() == ["c quit ann"])
    #expect(await viewers[2].lines() == [])
    #expect(await viewers[3].lines() == ["quit ann"])
  }

  /// It is told of its message among others of the room, in one batch.
  @Test func whoEndsAmongMessagesIsShownNoMoreOfThem() async throws {
    let fixture = try fixture()
    defer { fixture.stop() }
    let ann = try await guest(fixture, "ann", on: 0, in: a)
    let bob = try await guest(fixture, "bob", on: 0, in: a)
    for guest in [ann, bob] { _ = await guest.lines() }
    await ann.endAtItsMessage()
    let before = fixture.metrics.deliveries.load(ordering: .relaxed)
    let hi = Request.Action.publish(a, try MessageText("hi"), .message)
    fixture.order.submit([Request(bob.id, hi), Request(ann.id, hi), Request(bob.id, hi)])
    await fixture.settle()
    #expect(ann.linesToTheEnd() == ["a bob: hi", "= ann: hi", "bye"])
    #expect(await bob.lines() == ["= bob: hi", "a ann: hi", "= bob: hi", "quit ann"])
    // Each of the first two was shown to one other than its sender, and the last to nobody.
    #expect(fixture.metrics.deliveries.load(ordering: .relaxed) - before == 2)
  }

  /// Sessions of another node, or of an earlier run, may have a local session's loop and serial.
  @Test(arguments: [(UInt16(1), UInt32(0)), (0, 1)])
  func anotherNodesEventAnswersNobodyHere(node: UInt16, incarnation: UInt32) async throws {
    let fixture = try fixture()
    defer { fixture.stop() }
    let ann = try await guest(fixture, "ann", on: 0, in: a)
    let bob = try await guest(fixture, "bob", on: 1, in: a)
    for guest in [ann, bob] { _ = await guest.lines() }
    let stranger = SessionID(
      node: node, loop: ann.id.loop, incarnation: incarnation, serial: ann.id.serial)
    let room = RoomID(1)  // The first that was made.
    let nick = try Nick("eve")
    func happens(_ kind: Event.Kind) async {
      fixture.bus.publish(Batch(events: [Event(origin: stranger, kind)]))
      await fixture.settle()
    }
    await happens(.named(nick, isClaimed: true))
    await happens(.refused(Refusal(.join, ProtocolError(.badRoom, asked: ""))))
    #expect(await ann.lines() == [])
    await happens(
      .joined(Joining(room: room, name: a, nick: nick, newest: 0, after: nil, isFirst: true, seat: 99)))
    #expect(await ann.lines() == ["a joined eve"])
    #expect(await bob.lines() == ["a joined eve"])
    let said = Message(id: 1, room: "a", user: "eve", text: "hi", time: Timestamp(milliseconds: 0))
    let before = RoomBefore(isStored: false, newest: 0)
    fixture.log.add([Event(origin: stranger, .message(said, in: room, once: nil, before: before))])
    await happens(.message(said, in: room, once: nil, before: before))
    #expect(await ann.lines() == ["a eve: hi"])
    await happens(
      .parted(Parting(room: room, name: a, nick: nick, reason: nil, isLast: true, seat: 99, index: 0)))
    #expect(await ann.lines() == ["a parted eve"])
    // Nobody here is wanted, and ann is still in her room.
    fixture.bus.publish(Batch(events: [Event(origin: bob.id, .wanted(stranger))]))
    await bob.request(.publish(a, try MessageText("there?"), .message))
    #expect(await ann.lines() == ["a bob: there?"])
    #expect(await bob.lines() == ["a eve: hi", "a parted eve", "= wanted", "= bob: there?"])
  }
}

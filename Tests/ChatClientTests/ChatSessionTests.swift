import LineProtocol
import Testing

@testable import ChatClient

@Suite(.timeLimit(.minutes(5))) struct ChatSessionTests {
  private func session(_ start: ChatSession.Start = .live) throws -> ChatSession {
    ChatSession(nick: try Nick("alice"), room: try RoomName("lobby"), start: start)
  }

  private func live(_ start: ChatSession.Start = .live) throws -> ChatSession {
    var session = try session(start)
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 57")
    return session
  }

  private func message(_ id: MessageID, _ user: String, _ text: String, _ time: String? = nil)
    -> ChatSession.Action
  {
    .tell(.message(ChatMessage(id: id, user: user, text: text, time: time.flatMap { Timestamp($0) })))
  }

  private let time = "2026-11-23T05:00:00.123Z"

  @Test func introducesItselfAndGoesLive() throws {
    var session = try session()
    #expect(session.connected() == [.send("NICK alice")])
    #expect(session.says("OK NICK alice") == [.send("JOIN lobby")])
    #expect(session.says("OK JOIN lobby 57") == [.tell(.live(nick: "alice"))])
    #expect(session.says("MSG lobby 58 bob hello there") == [message(58, "bob", "hello there")])
    #expect(session.says("JOIN lobby carol") == [.tell(.joined("carol"))])
    #expect(session.says("PART lobby carol") == [.tell(.left("carol"))])
    #expect(session.says("NICK bob rob") == [.tell(.renamed(from: "bob", to: "rob"))])
    #expect(session.says("WHATEVER this is") == [])
    #expect(session.quit() == [.send("QUIT")])
    #expect(session.disconnected("closed") == [])
  }

  @Test func aNameInUseGetsANumber() throws {
    var session = try session()
    _ = session.connected()
    #expect(session.says("ERR nick-in-use NICK alice: another session has it") == [.send("NICK alice2")])
    #expect(session.says("ERR nick-in-use NICK alice2: another session has it") == [.send("NICK alice3")])
    _ = session.says("OK NICK alice3")
    #expect(session.says("OK JOIN lobby 0") == [.tell(.live(nick: "alice3"))])
    _ = session.disconnected("gone")
    #expect(session.connected() == [.send("NICK alice")])
    #expect(
      try Nick(String(repeating: "a", count: 32)).numbered(10).text == String(repeating: "a", count: 30)
        + "10")
  }

  @Test func itStopsAskingForNamesAtSomePoint() throws {
    var session = try session()
    _ = session.connected()
    var asked = 1
    while case .send = session.says("ERR nick-in-use NICK x: taken").first { asked += 1 }
    #expect(asked == 99)
    #expect(session.phase == .over)
  }

  @Test(arguments: [
    ("ERR nick-reserved NICK alice: it is the server's own", false),
    ("ERR too-many-connections: try again later", true), ("ERR shutting-down: connect again later", true),
  ])
  func aRefusedSessionSaysWhetherToTryAgain(line: String, isTransient: Bool) throws {
    var session = try session()
    _ = session.connected()
    guard case .tell(.rejected(_, isTransient)) = session.says(line).first else {
      Issue.record("not turned away")
      return
    }
    #expect(session.phase == .over)
    #expect(session.says("MSG lobby 58 bob x") == [])
    #expect(session.quit() == [])
  }

  @Test func draftsAreAcknowledgedInOrder() throws {
    var session = try session()
    #expect(session.submit(Draft(text: "one")) == [])
    _ = session.connected()
    _ = session.says("OK NICK alice")
    #expect(session.says("OK JOIN lobby 57") == [.tell(.live(nick: "alice")), .send("MSG lobby one")])
    #expect(session.submit(Draft(text: "two")) == [.send("MSG lobby two")])
    #expect(session.submit(Draft(text: "three")) == [.send("MSG lobby three")])
    #expect(session.unsettled.map(\.draft.text) == ["one", "two", "three"])
    #expect(session.says("OK MSG lobby 58") == [.tell(.stored(Draft(text: "one"), id: 58))])
    #expect(session.says("MSG lobby 59 bob x") == [message(59, "bob", "x")])
    #expect(
      session.says("ERR log-full MSG lobby two: nothing was stored")
        == [.tell(.refused(Draft(text: "two"), reason: "nothing was stored"))])
    #expect(session.says("OK MSG lobby 60") == [.tell(.stored(Draft(text: "three"), id: 60))])
    #expect(session.unsettled.isEmpty)
    #expect(session.cursor == 60)
  }

  @Test func acknowledgementsStillComeAfterQuit() throws {
    var session = try live()
    _ = session.submit(Draft(text: "one"))
    #expect(session.quit() == [.send("QUIT")])
    #expect(session.says("OK MSG lobby 58") == [.tell(.stored(Draft(text: "one"), id: 58))])
    #expect(session.says("BYE") == [])
    #expect(session.unsettled.isEmpty)
  }

  @Test func putsLinesOfOneMessageTogether() throws {
    var session = try live()
    #expect(session.says("MSG+ lobby 58 bob one") == [])
    #expect(session.says("MSG+ lobby 58 bob ") == [])
    #expect(session.cursor == 57)
    #expect(session.says("MSG lobby 58 bob three") == [message(58, "bob", "one\n\nthree")])
    #expect(session.cursor == 58)
  }

  @Test func aMessageCutInTheMiddleComesWholeWithTheReplay() throws {
    var session = try live()
    _ = session.says("MSG+ lobby 58 bob one")
    _ = session.disconnected("gone")
    _ = session.connected()
    #expect(session.says("OK NICK alice") == [.send("JOIN lobby 57")])
    #expect(session.says("OK JOIN lobby 58") == [.tell(.resuming(after: 57))])
    _ = session.says("HIST+ lobby 58 \(time) bob one")
    #expect(session.says("HIST lobby 58 \(time) bob two") == [message(58, "bob", "one\ntwo", time)])
    #expect(session.says("END lobby 58") == [.tell(.live(nick: "alice"))])
  }

  @Test func beginsWithTheNewestMessagesAndDoublesNone() throws {
    var session = try session(.recent(20))
    _ = session.connected()
    _ = session.says("OK NICK alice")
    #expect(session.says("OK JOIN lobby 57") == [.send("HISTORY lobby 20")])
    #expect(session.says("MSG lobby 58 bob b") == [])
    #expect(session.submit(Draft(text: "mine")) == [])
    #expect(session.says("HIST lobby 57 \(time) bob a") == [message(57, "bob", "a", time)])
    #expect(session.says("HIST lobby 58 \(time) bob b") == [message(58, "bob", "b", time)])
    #expect(session.says("MSG lobby 59 bob c") == [])
    #expect(
      session.says("END lobby 58")
        == [
          .tell(.live(nick: "alice")), .send("MSG lobby mine"), .send("NAMES lobby"), message(59, "bob", "c"),
        ])
    _ = session.disconnected("gone")
    _ = session.connected()
    #expect(session.says("OK NICK alice") == [.send("JOIN lobby 59")])
  }

  @Test func whatCameLiveAndIsOlderThanTheNewestMessagesIsShownBeforeThem() throws {
    var session = try session(.recent(2))
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 0")
    for id in 1...4 { #expect(session.says("MSG lobby \(id) bob \(id)") == []) }
    #expect(
      session.says("HIST lobby 3 \(time) bob 3")
        == [message(1, "bob", "1"), message(2, "bob", "2"), message(3, "bob", "3", time)])
    #expect(session.says("HIST lobby 4 \(time) bob 4") == [message(4, "bob", "4", time)])
    #expect(session.says("END lobby 4") == [.tell(.live(nick: "alice")), .send("NAMES lobby")])
    #expect(session.cursor == 4)
  }

  @Test func aTopicMovesTheCursor() throws {
    var session = try live()
    let topic = { ChatSession.Action.tell(.topic(ChatTopic(id: $0, user: "bob", text: $1))) }
    #expect(session.says("TOPIC lobby 58 bob tea") == [topic(58, "tea")])
    #expect(session.cursor == 58)
    _ = session.disconnected("gone")
    _ = session.connected()
    #expect(session.says("OK NICK alice") == [.send("JOIN lobby 58")])
    _ = session.says("OK JOIN lobby 60")
    #expect(session.says("TOPIC lobby 59 bob ") == [topic(59, "")])
    #expect(session.says("HIST lobby 60 \(time) bob a") == [message(60, "bob", "a", time)])
    #expect(session.says("END lobby 60") == [.tell(.live(nick: "alice"))])
    #expect(session.says("TOPIC lobby 60 bob old") == [])
    #expect(session.cursor == 60)
  }

  @Test func aTopicThatComesWhileMessagesAreFetchedIsShownInItsPlace() throws {
    var session = try session(.recent(20))
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 57")
    let topic = { ChatSession.Action.tell(.topic(ChatTopic(id: $0, user: "bob", text: "tea"))) }
    for id in [58, 60] {
      #expect(session.says("TOPIC lobby \(id) bob tea") == [])
      #expect(session.says("MSG lobby \(id + 1) bob b") == [])
    }
    #expect(session.says("HIST lobby 57 \(time) bob a") == [message(57, "bob", "a", time)])
    #expect(
      session.says("HIST lobby 59 \(time) bob b") == [topic(58), message(59, "bob", "b", time)])
    #expect(
      session.says("END lobby 59")
        == [.tell(.live(nick: "alice")), .send("NAMES lobby"), topic(60), message(61, "bob", "b")])
  }

  @Test func whatTheHistoryHadIsNotShownWhenItComesLateEither() throws {
    var session = try session(.recent(20))
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 0")
    _ = session.says("HIST lobby 1 \(time) bob a")
    _ = session.says("END lobby 1")
    #expect(session.says("MSG lobby 1 bob a") == [])
    #expect(session.says("MSG lobby 2 bob b") == [message(2, "bob", "b")])
  }

  @Test func anEmptyRoomHasNoHistory() throws {
    var session = try session(.recent(20))
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 0")
    #expect(session.says("END lobby 0") == [.tell(.live(nick: "alice")), .send("NAMES lobby")])
    #expect(session.cursor == 0)
  }

  @Test func aRoomWhoseHistoryIsRefusedIsUsedWithout() throws {
    var session = try session(.recent(20))
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 57")
    _ = session.says("MSG lobby 58 bob b")
    #expect(
      session.says("ERR history-unavailable HISTORY lobby 20: later")
        == [.tell(.live(nick: "alice")), .send("NAMES lobby"), message(58, "bob", "b")])
    #expect(session.cursor == 58)
  }

  @Test func asksWhoIsThereEachTimeThatItIsLive() throws {
    var session = try session(.recent(20))
    for connection in 1...2 {
      _ = session.connected()
      _ = session.says("OK NICK alice")
      _ = session.says("OK JOIN lobby 0")
      #expect(session.says("END lobby 0").last == .send("NAMES lobby"))
      #expect(session.says("NAMES lobby alice bob") == [])
      #expect(session.says("JOIN lobby carol") == [.tell(.joined("carol"))])
      // The second time it is cut off within the list.
      if connection == 2 { break }
      _ = session.disconnected("gone")
    }
    #expect(session.says("NAMES lobby dora") == [])
    #expect(session.says("END lobby") == [.tell(.names(["alice", "bob", "dora"], isWanted: false))])
    #expect(session.askNames() == [.send("NAMES lobby")])
    #expect(session.submit(Draft(text: "x")) == [.send("MSG lobby x")])
    _ = session.says("NAMES lobby alice")
    #expect(session.says("END lobby") == [.tell(.names(["alice"], isWanted: true))])
    #expect(session.says("OK MSG lobby 58") == [.tell(.stored(Draft(text: "x"), id: 58))])
    _ = session.askNames()
    #expect(session.says("ERR no-such-room NAMES lobby: there is no such room") == [])
    _ = session.disconnected("gone")
    #expect(session.askNames() == [])
  }

  @Test func beginsAfterAnId() throws {
    var session = try session(.after(3))
    _ = session.connected()
    #expect(session.says("OK NICK alice") == [.send("JOIN lobby 3")])
    #expect(session.says("OK JOIN lobby 57") == [.tell(.resuming(after: 3))])
    #expect(session.says("GAP lobby 3 40") == [.tell(.gap(from: 3, to: 40))])
    #expect(session.says("HIST lobby 57 \(time) bob a") == [message(57, "bob", "a", time)])
    #expect(session.says("END lobby 57") == [.tell(.live(nick: "alice"))])
    #expect(session.says("MSG lobby 58 bob b") == [message(58, "bob", "b")])
  }

  @Test func aReplayShowsWhichDraftsWereStored() throws {
    var session = try live()
    for text in ["one", "two", "three"] { _ = session.submit(Draft(text: text)) }
    _ = session.says("OK MSG lobby 58")
    #expect(session.disconnected("gone") == [.tell(.disconnected("gone"))])
    #expect(session.submit(Draft(text: "four")) == [])
    #expect(session.unsettled.map(\.wasSent) == [true, true, false])
    _ = session.connected()
    #expect(session.says("ERR nick-in-use NICK alice: taken") == [.send("NICK alice2")])
    #expect(session.says("OK NICK alice2") == [.send("JOIN lobby 58")])
    _ = session.says("OK JOIN lobby 60")
    #expect(session.says("HIST lobby 59 \(time) bob two") == [message(59, "bob", "two", time)])
    #expect(session.says("HIST lobby 60 \(time) alice two") == [.tell(.stored(Draft(text: "two"), id: 60))])
    #expect(
      session.says("END lobby 60") == [
        .tell(.live(nick: "alice2")), .tell(.uncertain(Draft(text: "three"))), .send("MSG lobby four"),
      ])
    #expect(session.cursor == 60)
  }

  /// The server has answered everything that it took, and takes nothing more.
  @Test func whatAServerDidNotTakeIsSentAgain() throws {
    var session = ChatSession(
      nick: try Nick("alice"), room: try RoomName("lobby"), start: .live, references: "r")
    _ = session.connected()
    _ = session.says("OK NICK alice")
    _ = session.says("OK JOIN lobby 57")
    for (number, text) in ["one", "two", "three"].enumerated() {
      let line = "@ref=r-\(number + 1) MSG lobby \(text)"
      #expect(session.submit(Draft(text: text, inputLine: number + 1)) == [.send(line)])
    }
    _ = session.says("OK MSG lobby 58")
    let reason = "sent too fast for too long; wait 50 s"
    #expect(session.says("ERR too-fast: \(reason)") == [.tell(.throttled(reason, seconds: 50))])
    #expect(session.disconnected("closed") == [])
    #expect(session.unsettled.map(\.draft.text) == ["two", "three"])
    #expect(session.unsettled.allSatisfy { !$0.wasSent })
    _ = session.submit(Draft(text: "four", inputLine: 4))
    _ = session.connected()
    #expect(session.says("OK NICK alice") == [.send("JOIN lobby 58")])
    _ = session.says("OK JOIN lobby 58")
    #expect(
      session.says("END lobby 58") == [
        .tell(.live(nick: "alice")), .send("@ref=r-2 MSG lobby two"), .send("@ref=r-3 MSG lobby three"),
        .send("@ref=r-4 MSG lobby four"),
      ])
    #expect(
      session.says("ERR log-full @ref=r-2 MSG lobby two: nothing was stored")
        == [.tell(.refused(Draft(text: "two", inputLine: 2), reason: "nothing was stored"))])
  }

  @Test(arguments: [
    ("too many commands; wait 7 s", 7), ("later", 60), ("wait 0 s", 1), ("wait -5 s", 1),
    ("wait 99999999999999999999 s", 60), ("wait 9000000000000000000 s", 3600),
  ])
  func aServerSaysHowLongToWait(reason: String, seconds: Int64) throws {
    var session = try session()
    _ = session.connected()
    #expect(session.says("ERR too-fast: \(reason)") == [.tell(.throttled(reason, seconds: seconds))])
    #expect(session.disconnected("closed") == [])
  }

  @Test func aServerWithAnotherLogIsTold() throws {
    var session = try live()
    _ = session.disconnected("gone")
    _ = session.connected()
    _ = session.says("OK NICK alice")
    #expect(
      session.says("ERR future-id JOIN lobby 57: no message has this id yet")
        == [.tell(.newLog(lastSeen: 57)), .send("JOIN lobby")])
    #expect(session.says("OK JOIN lobby 2") == [.tell(.live(nick: "alice"))])
    #expect(session.cursor == 2)
  }

  @Test func aServerThatStopsSaysSo() throws {
    var session = try live()
    #expect(session.says("RESUME lobby 57") == [])
    #expect(session.says("BYE shutdown") == [.tell(.farewell("shutdown"))])
  }

  /// A server that answers nonsense gets no trap and no endless talk.
  @Test func survivesAnswersToNothing() throws {
    var session = try live(.recent(20))
    for line in [
      "OK MSG lobby 1", "OK JOIN x", "END lobby 9", "END ROOMS", "GAP a 1 2", "HIST a 1 \(time) b c", "",
      "BYE",
    ] {
      _ = session.says(line)
      _ = session.says(line)
    }
    #expect(session.says("ERR unknown-command x: y").count == 1)
  }
}

extension ChatSession {
  fileprivate mutating func says(_ line: String) -> [Action] { received(PlainReply.parse(line)) }
}

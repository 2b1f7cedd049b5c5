import Glibc
import LineProtocol
import Testing

@testable import ChatClient

/// The three commands against a server whose answers are fixed.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CommandTests {
  private let room: RoomName
  private let alice: Nick
  private let pipes = Pipes()

  init() throws {
    signal(SIGPIPE, SIG_IGN)
    room = try RoomName("lobby")
    alice = try Nick("alice")
  }

  // MARK: send

  private func send(_ text: String, to server: FakeServer) -> Int32 {
    SendCommand(name: alice, room: room, server: server.address, streams: pipes.streams).run(text)
  }

  @Test func sendPrintsTheID() throws {
    let server = try FakeServer { _, line in
      line.hasPrefix("MSG") ? .init(lines: ["OK MSG lobby 58"]) : usual(line)
    }
    #expect(send("hello there", to: server) == 0)
    #expect(pipes.rest() == ("58\n", ""))
    #expect(server.stop() == [["NICK alice", "JOIN lobby", "MSG lobby hello there", "QUIT"]])
  }

  @Test func sendTakesANumberedNameWhenItsOwnIsInUse() throws {
    let server = try FakeServer { _, line in
      switch line {
      case "NICK alice": .init(lines: ["ERR nick-in-use NICK alice: taken"])
      case "MSG lobby x": .init(lines: ["OK MSG lobby 58"])
      default: usual(line)
      }
    }
    #expect(send("x", to: server) == 0)
    #expect(server.stop().first?.prefix(2) == ["NICK alice", "NICK alice2"])
  }

  @Test func sendTellsARefusal() throws {
    let server = try FakeServer { _, line in
      line.hasPrefix("MSG") ? .init(lines: ["ERR log-full \(line): nothing was stored"]) : usual(line)
    }
    #expect(send("x", to: server) == 1)
    #expect(pipes.rest() == ("", "linechat: nothing was stored\n"))
    _ = server.stop()
  }

  @Test func sendTellsWhetherTheMessageMayBeStored() throws {
    let server = try FakeServer { _, line in line.hasPrefix("MSG") ? .init(closes: true) : usual(line) }
    #expect(send("x", to: server) == 1)
    let message = "the server closed the connection; the message may be stored: look before you send it again"
    #expect(pipes.rest() == ("", "linechat: \(message)\n"))
    _ = server.stop()
  }

  @Test func sendTellsThatNothingWasSent() throws {
    let server = try FakeServer { _, _ in .init(lines: ["HTTP/1.1 400 Bad Request"], closes: true) }
    #expect(send("x", to: server) == 1)
    #expect(pipes.rest() == ("", "linechat: the server closed the connection; the message was not sent\n"))
    _ = server.stop()
  }

  @Test func withoutAServerItSaysHowToStartOne() throws {
    let server = try FakeServer { _, line in usual(line) }
    _ = server.stop()
    #expect(send("x", to: server) == 1)
    let advice = "is the server running? start it with: linechat serve"
    #expect(
      pipes.rest() == ("", "linechat: cannot reach \(server.address): connection refused; \(advice)\n"))
  }

  @Test(arguments: ["", "a\nb", "\u{1B}[2J", String(repeating: "a", count: 4097)])
  func aTextThatCannotBeSentNeedsNoServer(text: String) throws {
    let server = try FakeServer { _, line in usual(line) }
    #expect(send(text, to: server) == 1)
    #expect(server.stop() == [])
  }

  // MARK: tail

  @Test func tailFollowsAcrossConnections() throws {
    let time = "2026-11-23T05:00:00.123Z"
    let server = try FakeServer { connection, line in
      switch (connection, line) {
      case (1, "JOIN lobby"):
        .init(
          lines: [
            "OK JOIN lobby 57", "JOIN lobby bob", "MSG lobby 58 bob hi", "MSG+ lobby 60 bob a",
            "MSG+ lobby 61 x y",
          ],
          closes: true)
      case (2, "JOIN lobby 60"), (2, "JOIN lobby 58"):
        .init(lines: [
          "OK JOIN lobby 61", "GAP lobby 58 59", "HIST+ lobby 60 \(time) bob a",
          "HIST lobby 60 \(time) bob b",
          "END lobby 61", "MSG lobby 62 bob  c",
        ])
      default: usual(line)
      }
    }
    let pipes = pipes
    let (room, address) = (room, server.address)
    let tail = try Worker {
      (try? Nick("tail-1")).map { name in
        var command = TailCommand(name: name, room: room, after: nil, server: address, streams: pipes.streams)
        return command.run()
      }
    }
    #expect(pipes.readLines(4) == ["58 bob hi", "60 bob a", "\tb", "62 bob  c"])
    #expect(
      pipes.readComplaints(3) == [
        "linechat: the server closed the connection; connecting again",
        "linechat: connected again, continuing after id 58",
        "linechat: the messages after id 58 up to id 59 are no longer stored",
      ])
    pipes.closeOutput()
    #expect(tail.join() == 0)
    #expect(server.stop() == [["NICK tail-1", "JOIN lobby"], ["NICK tail-1", "JOIN lobby 58", "QUIT"]])
  }

  @Test func tailEndsWhereTheLogIsAnotherOne() throws {
    let server = try FakeServer { _, line in
      line == "JOIN lobby 99"
        ? .init(lines: ["ERR future-id JOIN lobby 99: no message has this id yet"]) : usual(line)
    }
    var tail = TailCommand(
      name: try Nick("tail-1"), room: room, after: 99, server: server.address, streams: pipes.streams)
    #expect(tail.run() == 1)
    let message = "the server has no id as high as 99: it has another log than the one followed so far"
    #expect(pipes.rest() == ("", "linechat: \(message)\n"))
    _ = server.stop()
  }

  // MARK: chat in a pipe

  @Test func pipedLinesAreSentAndAcknowledged() throws {
    let server = try FakeServer { _, line in
      line.hasPrefix("@ref=") ? .init(lines: ["OK MSG lobby 58"]) : usual(line)
    }
    pipes.type("one\n\n two\nthree")
    #expect(runChat(user: alice, room: room, server: server.address, streams: pipes.streams) == 0)
    #expect(pipes.rest() == ("", ""))
    #expect(
      server.stop()
        .map { $0.map { $0.replacing(/@ref=[a-z0-9]+-/, with: "@ref=-") } } == [
          [
            "NICK alice", "JOIN lobby", "@ref=-1 MSG lobby one", "@ref=-3 MSG lobby  two",
            "@ref=-4 MSG lobby three", "QUIT",
          ]
        ])
  }

  @Test func pipedLinesThatFailAreNamed() throws {
    let server = try FakeServer { _, line in
      switch line {
      case _ where line.hasSuffix(" bad"): .init(lines: ["ERR text-control \(line): no"])
      case _ where line.hasPrefix("@ref="): .init(lines: ["OK MSG lobby 58"])
      default: usual(line)
      }
    }
    pipes.type("good\nbad\n\u{1B}\ngood\n")
    #expect(runChat(user: alice, room: room, server: server.address, streams: pipes.streams) == 1)
    let lines = Set(pipes.rest().complaints.split(separator: "\n"))
    #expect(lines == ["linechat: line 3: \(TextError.control(0x1B).reason)", "linechat: line 2: no"])
    #expect(server.stop().first?.count == 6)
  }

  @Test func pipedLinesGoOnWhereTheServerMadeThemWait() throws {
    let server = try FakeServer { connection, line in
      switch (connection, line.split(separator: " ").last) {
      case (1, "two"): .init()
      // With everything read, so that nothing resets the connection before it is heard.
      case (1, "three"): .init(lines: ["ERR too-fast: too much; wait 1 s"], closes: true)
      case (_, "one"), (_, "two"), (_, "three"): .init(lines: ["OK MSG lobby 58"])
      default: usual(line)
      }
    }
    pipes.type("one\ntwo\nthree\n")
    #expect(runChat(user: alice, room: room, server: server.address, streams: pipes.streams) == 0)
    #expect(
      pipes.rest().complaints
        == "linechat: the server ended the connection: too much; wait 1 s; going on in 1 s\n")
    let connections = server.stop().map { $0.filter { $0.hasPrefix("@ref=") } }
    #expect(connections.map { $0.map(text) } == [["one", "two", "three"], ["two", "three"]])
    #expect(connections[0][1] == connections[1][0])
  }

  @Test func aPipeThatWaitsForAServerThatIsGoneGivesUp() throws {
    let server = try FakeServer { _, line in
      line.hasSuffix(" two")
        ? .init(lines: ["ERR too-fast: too much; wait 1 s"], closes: true) : usual(line)
    }
    pipes.type("one\ntwo\n")
    let pipes = pipes
    let (room, alice, address) = (room, alice, server.address)
    let chat = try Worker { runChat(user: alice, room: room, server: address, streams: pipes.streams) }
    #expect(pipes.readComplaints(1).first?.hasSuffix("going on in 1 s") == true)
    _ = server.stop()
    #expect(chat.join() == 1)
    let complaints = pipes.rest().complaints.split(separator: "\n")
    #expect(complaints.first?.hasPrefix("linechat: cannot reach") == true)
    #expect(complaints.dropFirst() == ["linechat: line 1: not sent, and nothing after it"])
  }

  private func text(_ line: String) -> String { line.split(separator: " ").last.map(String.init) ?? "" }

  @Test func pipedLinesWithoutAnswerAreNamed() throws {
    let server = try FakeServer { _, line in
      switch line.split(separator: " ").last {
      case "one": .init(lines: ["OK MSG lobby 58"])
      case "two": .init(closes: true)
      default: usual(line)
      }
    }
    pipes.type("one\ntwo\n")
    #expect(runChat(user: alice, room: room, server: server.address, streams: pipes.streams) == 1)
    #expect(pipes.rest().complaints.contains("linechat: line 2: not acknowledged; it may be stored\n"))
    _ = server.stop()
  }
}

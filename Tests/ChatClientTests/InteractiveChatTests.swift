import Glibc
import LineProtocol
import Testing

@testable import ChatClient

/// The interactive chat at a pseudo-terminal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct InteractiveChatTests {
  private let keyboard: Int32
  private let terminal: Int32
  private let pipes = Pipes()

  init() throws {
    signal(SIGPIPE, SIG_IGN)
    keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN (asm-generic/ioctls.h): what unlockpt and ptsname do, which Glibc's module
    // leaves out.
    var (locked, number): (Int32, Int32) = (0, -1)
    #expect(ioctl(keyboard, 0x4004_5431, &locked) == 0 && ioctl(keyboard, 0x8004_5430, &number) == 0)
    terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    #expect(terminal >= 0)
  }

  private func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    write(keyboard, bytes, bytes.count)
  }

  /// Reads the screen's bytes until the text has come.
  private func screen(until text: String) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(keyboard, &byte, 1) == 1 {
      bytes.append(byte)
      if bytes.suffix(text.utf8.count) == Array(text.utf8)[...] { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func localModes() -> (tcflag_t, tcflag_t) {
    var modes = termios()
    tcgetattr(terminal, &modes)
    return (modes.c_lflag, modes.c_iflag)
  }

  private func start(_ server: FakeServer) throws -> Worker<Int32> {
    let (room, alice, address) = (try RoomName("lobby"), try Nick("alice"), server.address)
    let streams = Streams(input: terminal, output: terminal, error: pipes.streams.error)
    return try Worker { runChat(user: alice, room: room, server: address, streams: streams) }
  }

  @Test func showsHistoryAndLiveMessagesAroundWhatIsTyped() throws {
    let before = localModes()
    let server = try FakeServer { _, line in
      switch line {
      case "HISTORY lobby 20":
        .init(lines: ["HIST lobby 57 2026-11-23T05:00:00.123Z bob earlier", "END lobby 57"])
      case "MSG lobby héy": .init(lines: ["MSG lobby 58 bob meanwhile", "OK MSG lobby 59"])
      default: usual(line)
      }
    }
    let chat = try start(server)
    #expect(screen(until: "Ctrl-C quits").contains("earlier"))
    #expect(localModes() != before)
    type("hxy\u{1B}[D\u{7F}é")
    _ = screen(until: "lobby> héy\u{1B}[1D")
    type("\r")
    _ = screen(until: "meanwhile")
    _ = screen(until: "héy")
    type("\r/msg bob x\r\u{15} /quit\r")
    #expect(chat.join() == 0)
    #expect(localModes() == before)
    #expect(
      server.stop()
        == [["NICK alice", "JOIN lobby", "HISTORY lobby 20", "NAMES lobby", "MSG lobby héy", "QUIT"]])
    #expect(pipes.rest().complaints == "")
  }

  @Test func continuesAfterALostConnection() throws {
    let server = try FakeServer { connection, line in
      switch (connection, line) {
      case (1, "MSG lobby one"): .init(lines: ["BYE shutdown"], closes: true)
      case (2, "JOIN lobby 57"):
        .init(lines: [
          "OK JOIN lobby 58", "HIST lobby 58 2026-11-23T05:00:00.123Z bob missed", "END lobby 58",
        ])
      default: usual(line)
      }
    }
    let chat = try start(server)
    _ = screen(until: "Ctrl-C quits")
    type("one\r")
    #expect(screen(until: "connecting again").contains("the server is shutting down"))
    #expect(screen(until: "missed").contains("connected again"))
    _ = screen(until: "not among the stored messages: one")
    type("\u{03}")
    #expect(chat.join() == 0)
    #expect(server.stop().last == ["NICK alice", "JOIN lobby 57", "NAMES lobby", "QUIT"])
  }

  @Test func restoresTheTerminalWhenTheServerRefuses() throws {
    let before = localModes()
    let server = try FakeServer { _, _ in .init(lines: ["ERR nick-reserved NICK alice: the server's own"]) }
    let chat = try start(server)
    #expect(chat.join() == 1)
    #expect(localModes() == before)
    #expect(pipes.rest().complaints == "linechat: NICK alice: the server's own\n")
    _ = server.stop()
  }
}

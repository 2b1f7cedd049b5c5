import CLinux
import Glibc
import Threads

@testable import ChatClient

/// A server on a free port whose answers a test chooses. It serves one connection after another, on a thread
/// of its own.
final class FakeServer: Sendable {
  /// What to say to a line, and whether to close the connection then.
  struct Answer {
    var lines: [String] = []
    var closes = false
  }

  private let listener: Int32
  let address: ServerAddress
  private let thread: Worker<Void>
  private let log: Log

  /// All that was received, by connection.
  private final class Log: Sendable {
    let lines = Lock<[[String]]>([])
  }

  /// - Parameter answer: Gets the number of the connection, from 1, and a line from it.
  init(answer: @escaping @Sendable (Int, String) -> Answer) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      bind(listener, pointer, length)
      listen(listener, 8)
      getsockname(listener, pointer, &length)
    }
    let log = Log()
    self.log = log
    self.listener = listener
    self.address = ServerAddress(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
    thread = try Worker {
      var number = 0
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        number += 1
        log.lines.withLock { $0.append([]) }
        FakeServer.serve(connection) { line in
          log.lines.withLock { $0[number - 1].append(line) }
          return answer(number, line)
        }
        close(connection)
      }
    }
  }

  /// Closes the door and returns what was received, by connection.
  func stop() -> [[String]] {
    shutdown(listener, Int32(SHUT_RDWR))
    thread.join()
    close(listener)
    return log.lines.withLock { $0 }
  }

  private static func serve(_ connection: Int32, _ answer: (String) -> Answer) {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while read(connection, &byte, 1) == 1 {
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        continue
      }
      let reply = answer(String(decoding: line, as: UTF8.self))
      line = []
      let bytes = Array(reply.lines.map { $0 + "\n" }.joined().utf8)
      if !bytes.isEmpty { send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
      if reply.closes { return }
    }
  }
}

/// The answers of a server that has one room, `lobby`, with nothing in it but what the test adds.
func usual(_ line: String) -> FakeServer.Answer {
  switch line.prefix(while: { $0 != " " }) {
  case "NICK": FakeServer.Answer(lines: ["OK \(line)"])
  case "JOIN":
    line == "JOIN lobby"
      ? FakeServer.Answer(lines: ["OK JOIN lobby 57"])
      : FakeServer.Answer(lines: ["OK JOIN lobby 57", "END lobby 57"])
  case "NAMES": FakeServer.Answer(lines: ["NAMES lobby alice", "END lobby"])
  case "HISTORY": FakeServer.Answer(lines: ["END lobby 57"])
  case "QUIT": FakeServer.Answer(lines: ["BYE"], closes: true)
  default: FakeServer.Answer()
  }
}

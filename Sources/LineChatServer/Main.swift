import ChatClient
import Glibc

@main
enum Main {
  static func main() {
    exit(run(readCommandLine()))
  }

  @Sendable private static func readCommandLine() -> Invocation {
    Invocation(arguments: processArguments(), environment: processEnvironment())
  }

  private static func run(_ invocation: Invocation) -> Int32 {
    switch invocation {
    case .serve(let configuration): Server.run(configuration, reread: readCommandLine)
    case .chat(let user, let room, let server): runChat(user: user, room: room, server: server)
    case .send(let room, let text, let name, let server):
      runSend(room: room, text: text, name: name, server: server)
    case .tail(let room, let after, let server): runTail(room: room, after: after, server: server)
    case .repairTimes(let directory): RepairTimesCommand.run(directory: directory)
    case .bench(let plan, let asJSON): BenchCommand.run(plan, asJSON: asJSON)
    case .print(let text, let status, let toStandardError):
      writeAll(text, to: toStandardError ? 2 : 1) ? status : 1
    }
  }
}

/// Writes all of `text`; false when nobody reads it any more.
@discardableResult
func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var written = 0
    while written < bytes.count {
      let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count > 0 {
        written += count
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}

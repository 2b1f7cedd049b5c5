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

import ChatClient
import LineProtocol
import LoadBench

/// What a command line asks for.
enum Invocation: Equatable, Sendable {
  case serve(ServerConfiguration)
  case chat(user: Nick, room: RoomName, server: ServerAddress)
  case send(room: RoomName, text: String, name: Nick, server: ServerAddress)
  /// `after`: the id after which to begin; nil begins with what comes next.
  case tail(room: RoomName, after: Int64?, server: ServerAddress)
  /// `asJSON`: the report is for a program.
  case bench(BenchPlan, asJSON: Bool)
  case repairTimes(directory: String)
  /// A text for standard output or standard error, and the status to end with.
  case print(String, exit: Int32, toStandardError: Bool)
}

import ChatClient
import LineProtocol
import LoadBench

/// What a command line asks for.
enum Invocation: Equatable, Sendable {
  case serve(ServerConfiguration)
  case chat(user: Nick, room: RoomName, server: ServerAddress)
  case send(room: RoomName, text: String, name: Nick, server: ServerAddress)
  /// `after`: the id after which to begin; nil begins with what comes next.
  case tail(room: RoomName, after: MessageID?, server: ServerAddress)
  /// `asJSON`: the report is for a program.
  case bench(BenchPlan, asJSON: Bool)
  case repairTimes(directory: String)
  /// A text for standard output or standard error, and the status to end with.
  case print(String, exit: Int32, toStandardError: Bool)

  /// Reads a command line.
  ///
  /// - Parameters:
  ///   - arguments: The words after the program's name.
  ///   - readFile: How to read a configuration file; the one reach outside.
  init(
    arguments: [String], environment: [String: String],
    readFile: @escaping @Sendable (String) -> Result<[UInt8], FileProblem> = readSmallFile
  ) {
    do {
      self = try Invocation.interpret(
        arguments, OptionSources(environment: environment, readFile: readFile))
    } catch {
      self = .print("linechat: \(error.message)\n", exit: 2, toStandardError: true)
    }
  }

  private static func interpret(
    _ arguments: [String], _ sources: OptionSources
  ) throws(UsageError) -> Invocation {
    guard let name = arguments.first, !name.hasPrefix("-") else {
      return try run(.serve, arguments[...], sources) { Help.overview }
    }
    if name == "help" { return try help(arguments.dropFirst()) }
    let subcommand = try find(name)
    return try run(subcommand, arguments.dropFirst(), sources) { Help.page(subcommand) }
  }

  private static func run(
    _ subcommand: Subcommand, _ words: ArraySlice<String>, _ sources: OptionSources, help: () -> String
  ) throws(UsageError) -> Invocation {
    do {
      let arguments = try ParsedArguments(words, options: subcommand.options)
      if arguments.wantsHelp { return answer(help()) }
      if arguments.wantsVersion { return answer(Help.version) }
      try refuseUnknownVariables(sources.environment)
      try subcommand.checkOperands(arguments.operands)
      return try subcommand.invocation(arguments, sources)
    } catch {
      throw UsageError(message: "\(error.message)\ntry 'linechat help \(subcommand.name)'")
    }
  }

  private static func help(_ topics: ArraySlice<String>) throws(UsageError) -> Invocation {
    guard let topic = topics.first, !topic.hasPrefix("-") else { return answer(Help.overview) }
    return answer(Help.page(try find(topic)))
  }

  private static func find(_ name: String) throws(UsageError) -> Subcommand {
    if let subcommand = Subcommand.all.first(where: { $0.name == name }) { return subcommand }
    let names = Subcommand.all.map(\.name) + ["help"]
    let advice =
      nearest(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "there are \(names.joined(separator: ", "))"
    throw UsageError(message: "unknown subcommand '\(name)'; \(advice)\ntry 'linechat --help'")
  }

  private static func answer(_ text: String) -> Invocation {
    .print(text, exit: 0, toStandardError: false)
  }
}

import ChatClient
import LineProtocol
import LoadBench

/// One thing that `linechat` does: a row of the table from which dispatch and help follow.
struct Subcommand: Sendable {
  let name: String
  /// The operands as the synopsis shows them, the last one with `...` when it takes several words.
  let operands: [String]
  /// One line for the overview.
  let summary: String
  /// What else its help page says.
  let notes: String
  let options: [OptionDescription]
  let invocation: @Sendable (ParsedArguments, OptionSources) throws(UsageError) -> Invocation

  /// The first is the default.
  static let all = [serve, chat, send, tail, bench, repairTimes]

  static let serve = Subcommand(
    name: "serve", operands: [], summary: "run the server (the default)",
    notes: """
      A flag wins over its environment variable, that over the configuration file.
      An option marked + may be given several times; its variable separates the
      values by commas. When the server accepts connections it prints one line,
      'ready line=... http=... data=...'. It logs to standard error and stops at
      SIGINT or SIGTERM.
      """,
    options: ServerConfiguration.options.map(\.description)
  ) { (arguments, sources) throws(UsageError) in
    .serve(try ServerConfiguration(arguments.options, sources))
  }

  static let chat = Subcommand(
    name: "chat", operands: ["USER", "ROOM"], summary: "talk in a room, interactively",
    notes: """
      Shows the room's last 20 messages, then what is said, while you type; your
      own words appear once they are stored. /help lists the commands; /quit, Ctrl-C,
      or Ctrl-D on an empty line quits. Tab completes names, Up brings back lines.
      When the connection is lost, it is made again and continues where it stopped.

      When standard input is no terminal, each of its lines that is not empty is
      sent, also one that begins with a slash, and the exit status is 0 if all were
      stored, otherwise 1.
      """,
    options: [ClientSettings.to.description]
  ) { (arguments, sources) throws(UsageError) in
    let settings = try ClientSettings(arguments.options, [ClientSettings.to], sources)
    return .chat(
      user: try operand(arguments.operands[0], "USER", Values.nick),
      room: try operand(arguments.operands[1], "ROOM", Values.room), server: ServerAddress(settings.server))
  }

  static let send = Subcommand(
    name: "send", operands: ["ROOM", "TEXT..."], summary: "send one message and print its id",
    notes: """
      The words of the text are joined by spaces. The exit status is 0 when the
      message is stored, and 1 when it was refused or the server could not be
      reached. Put '--' before a text that begins with a dash.
      """,
    options: [ClientSettings.as.description, ClientSettings.to.description]
  ) { (arguments, sources) throws(UsageError) in
    let settings = try ClientSettings(
      arguments.options, [ClientSettings.as, ClientSettings.to], sources)
    return .send(
      room: try operand(arguments.operands[0], "ROOM", Values.room),
      text: arguments.operands.dropFirst().joined(separator: " "),
      name: settings.name ?? Nick(nearestTo: sources.environment["USER"] ?? ""),
      server: ServerAddress(settings.server))
  }

  static let tail = Subcommand(
    name: "tail", operands: ["ROOM"], summary: "follow a room, one message per line",
    notes: """
      Prints 'ID USER TEXT' for each message, in the order of the ids. Further lines
      of one message begin with a tab. It follows until it is stopped and reconnects
      without loss or repetition; --after with the last id printed continues there.
      """,
    options: [ClientSettings.after.description, ClientSettings.to.description]
  ) { (arguments, sources) throws(UsageError) in
    let settings = try ClientSettings(
      arguments.options, [ClientSettings.after, ClientSettings.to], sources)
    return .tail(
      room: try operand(arguments.operands[0], "ROOM", Values.room), after: settings.after,
      server: ServerAddress(settings.server))
  }

  static let bench = Subcommand(
    name: "bench", operands: ["SCENARIO"], summary: "measure a running server",
    notes: """
      SCENARIO is one of
        fanout   many listen to one sender in one room
        rooms    many rooms, where every member sends
        post     POST /messages over HTTP, and nobody listens

      Every message is followed to every receiver. The exit status is 1 if one was
      lost, doubled or out of order, or the server refused something. Ctrl-C ends it
      early, with the report. Rooms and names are random, but the server stores the
      messages: better give it a data directory for the purpose, and
      '--rate-limit off'.
      """,
    options: BenchSettings.options.map(\.description)
  ) { (arguments, sources) throws(UsageError) in
    let scenario = try operand(arguments.operands[0], "SCENARIO") { (text) throws(InvalidValue) in
      try Values.choice(text) as BenchPlan.Scenario
    }
    let settings = try BenchSettings(arguments.options, sources)
    return .bench(try settings.plan(scenario, flags: arguments.options), asJSON: settings.json)
  }

  static let repairTimes = Subcommand(
    name: "repair-times", operands: [], summary: "set right what a wrong clock has left",
    notes: """
      Run it while the server is stopped and the clock is right. Messages and topics
      that are dated later than now get the time of now, and messages are removed by
      the clock again (--retain). Prints how many times it has changed.
      """,
    options: repairOptions
  ) { (arguments, sources) throws(UsageError) in
    let configuration = try ServerConfiguration(arguments.options, sources)
    return .repairTimes(directory: configuration.dataDirectory)
  }

  /// Where the data is, told as to the server.
  private static let repairOptions = ServerConfiguration.options.map(\.description).filter {
    $0.name == "data" || $0.name == "config"
  }

  /// Says which operand it is that has a wrong value.
  private static func operand<Value>(
    _ text: String, _ name: String, _ parse: (String) throws(InvalidValue) -> Value
  ) throws(UsageError) -> Value {
    do {
      return try parse(text)
    } catch {
      throw UsageError(message: "\(name): '\(text)': expected \(error.expected)")
    }
  }

  /// Refuses too few and too many operands, naming the first that is missing or too much.
  func checkOperands(_ given: [String]) throws(UsageError) {
    if given.count < operands.count {
      throw UsageError(message: "\(operands[given.count]) is missing: linechat \(synopsis)")
    }
    let takesMore = operands.last?.hasSuffix("...") ?? false
    if given.count > operands.count, !takesMore {
      throw UsageError(message: "'\(given[operands.count])' is too much: linechat \(synopsis)")
    }
  }

  var synopsis: String {
    ([name] + operands + (options.isEmpty ? [] : ["[OPTION VALUE]..."])).joined(separator: " ")
  }
}

/// Refuses a variable that is named like one of an option and is of none, in any subcommand.
func refuseUnknownVariables(_ environment: [String: String]) throws(UsageError) {
  let options = Subcommand.all.flatMap(\.options)
  let known = Set(options.map(\.environmentName))
  for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
    guard variable.hasPrefix(OptionDescription.environmentPrefix), !known.contains(variable),
      !isOfOrchestrator(variable)
    else { continue }
    let word = variable.dropFirst(OptionDescription.environmentPrefix.count).map { $0 == "_" ? "-" : $0 }
    let meant = nearest(to: String(word), among: options.map(\.name))
    let advice = options.first { $0.name == meant }.map { "; did you mean \($0.environmentName)?" } ?? ""
    throw UsageError(message: "\(variable): there is no such option\(advice)")
  }
}

/// Kubernetes and Docker put such variables into containers that run beside a service named `linechat`
/// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
private func isOfOrchestrator(_ variable: String) -> Bool {
  ["LINECHAT_SERVICE_HOST", "LINECHAT_PORT"].contains(variable)
    || ["LINECHAT_SERVICE_PORT", "LINECHAT_PORT_"].contains(where: variable.hasPrefix)
}

/// What people are told about an option. Its name on the command line (`--name`), in the environment and in
/// the configuration file all follow from `name`.
struct OptionDescription: Equatable, Sendable {
  /// Lower-case words joined by `-`, without the leading dashes.
  let name: String
  /// What stands for the value in help texts.
  let placeholder: String
  /// May be given several times; each time adds a value.
  let isRepeatable: Bool
  let help: String
  /// The value that is in force when none is given, as one would write it; nil when there is none.
  let defaultText: String?
  /// Takes no value on the command line, where naming it means `on`; elsewhere it is on or off.
  var isFlag = false

  static let environmentPrefix = "LINECHAT_"

  var environmentName: String {
    Self.environmentPrefix + String(name.map { $0 == "-" ? "_" : $0 }).uppercased()
  }
}

/// One row of an option table: what is told about the option, and how its value gets into the settings.
struct Option<Settings>: Sendable {
  private(set) var description: OptionDescription
  /// Forgets what a lower source has set; does nothing for an option that holds one value.
  let clear: @Sendable (inout Settings) -> Void
  let set: @Sendable (inout Settings, String) throws(InvalidValue) -> Void
  /// Whether two settings have different values.
  let differs: @Sendable (Settings, Settings) -> Bool

  /// An option with one value: the last one given wins.
  init<Value: Equatable & SendableMetatype>(
    _ name: String, _ placeholder: String, default defaultText: String?, _ help: String,
    into field: WritableKeyPath<Settings, Value> & Sendable,
    parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
  ) {
    description = OptionDescription(
      name: name, placeholder: placeholder, isRepeatable: false, help: help, defaultText: defaultText)
    clear = { _ in }
    set = { (settings, text) throws(InvalidValue) in settings[keyPath: field] = try parse(text) }
    differs = { $0[keyPath: field] != $1[keyPath: field] }
  }

  /// A flag: off unless it is given.
  init(_ name: String, _ help: String, into field: WritableKeyPath<Settings, Bool> & Sendable) {
    self.init(name, "", default: nil, help, into: field, parse: Values.onOff)
    description.isFlag = true
  }

  /// An option that may be given several times.
  init<Value: Equatable & SendableMetatype>(
    _ name: String, _ placeholder: String, default defaultText: String?, _ help: String,
    appendingTo field: WritableKeyPath<Settings, [Value]> & Sendable,
    parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
  ) {
    description = OptionDescription(
      name: name, placeholder: placeholder, isRepeatable: true, help: help, defaultText: defaultText)
    clear = { $0[keyPath: field] = [] }
    set = { (settings, text) throws(InvalidValue) in settings[keyPath: field].append(try parse(text)) }
    differs = { $0[keyPath: field] != $1[keyPath: field] }
  }

  /// Applies the sources to the settings, lowest first. A repeatable option takes all its values from the
  /// highest source that gives any. A wrong value is an error also where a higher source overrides it.
  static func apply(
    _ sources: [[GivenValue]], of table: [Option], to settings: inout Settings
  ) throws(UsageError) {
    for source in sources {
      for option in table {
        let given = source.filter { $0.name == option.description.name }
        if !given.isEmpty { option.clear(&settings) }
        for value in given {
          do {
            try option.set(&settings, value.value)
          } catch {
            throw UsageError(message: "\(value.origin): '\(value.value)': expected \(error.expected)")
          }
        }
      }
    }
  }
}

/// A value that somebody gave an option, and where: on the command line, in the environment or in a file.
struct GivenValue: Equatable, Sendable {
  /// The option's name.
  let name: String
  let value: String
  /// Names the place in error messages: `--http`, `LINECHAT_HTTP`, `linechat.conf:3: http`.
  let origin: String
}

/// A value that an option does not take. Says only what is allowed; who reports it adds where the value
/// stood.
struct InvalidValue: Error, Equatable {
  /// Completes the sentence "expected …".
  let expected: String
}

/// A command line, environment or configuration file that cannot be obeyed. Ends the process with status 2.
struct UsageError: Error, Equatable {
  /// Names the thing that is wrong, in one line.
  let message: String
}

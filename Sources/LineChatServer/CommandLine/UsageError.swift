/// A command line, environment or configuration file that cannot be obeyed. Ends the process with status 2.
struct UsageError: Error, Equatable {
  /// Names the thing that is wrong, in one line.
  let message: String
}

/// A value that somebody gave an option, and where: on the command line, in the environment or in a file.
struct GivenValue: Equatable, Sendable {
  /// The option's name.
  let name: String
  let value: String
  /// Names the place in error messages: `--http`, `LINECHAT_HTTP`, `linechat.conf:3: http`.
  let origin: String
}

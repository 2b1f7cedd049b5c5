/// The configuration file, through all options of `serve`. A mistake is named with the file it is in.
@Sendable func fuzzConfiguration(_ bytes: [UInt8]) {
  let file = GivenValue(name: "config", value: "fuzz.conf", origin: "--config")
  do {
    _ = try ServerConfiguration([file], OptionSources(environment: [:]) { _ in .success(bytes) })
  } catch {
    precondition(error.message.hasPrefix("fuzz.conf:"))
  }
}

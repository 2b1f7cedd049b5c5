import Glibc

/// The words of this process's command line after the program's name.
///
/// They come from the kernel (proc(5)). Swift's runtime looks for them beside the environment when it is
/// loaded, and finds none when a preloaded library has moved that by then, as setenv(3) does. It is asked
/// where there is no /proc.
func processArguments() -> [String] {
  guard case .success(let bytes) = readSmallFile("/proc/self/cmdline"), !bytes.isEmpty else {
    return Array(CommandLine.arguments.dropFirst())
  }
  return Array(words(ofCommandLine: bytes).dropFirst())
}

/// Each word ends with a NUL, and may be empty.
func words(ofCommandLine bytes: [UInt8]) -> [String] {
  let ended = bytes.last == 0 ? bytes.dropLast() : bytes[...]
  return ended.split(separator: 0, omittingEmptySubsequences: false).map {
    String(decoding: $0, as: UTF8.self)
  }
}

/// The environment of this process.
func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var next = environ
  while let entry = next.pointee {
    let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    next += 1
  }
  return variables
}

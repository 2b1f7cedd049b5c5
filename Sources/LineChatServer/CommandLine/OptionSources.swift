import Glibc

/// Where option values come from besides the command line.
struct OptionSources: Sendable {
  let environment: [String: String]
  /// The bytes of a file, or why it cannot be read.
  let readFile: @Sendable (String) -> Result<[UInt8], FileProblem>
}

/// Why a file cannot be read, in words.
struct FileProblem: Error, Equatable {
  let reason: String
}

/// The values that the environment gives the options; an empty variable counts as unset. A repeatable
/// option's variable holds its values separated by commas.
func environmentValues(_ environment: [String: String], _ options: [OptionDescription]) -> [GivenValue] {
  options.flatMap { option -> [GivenValue] in
    guard let text = environment[option.environmentName], !text.isEmpty else { return [] }
    let values = option.isRepeatable ? text.split(separator: ",").map(trimmed) : [text]
    return values.map { GivenValue(name: option.name, value: $0, origin: option.environmentName) }
  }
}

/// Without the blanks (space and tab) at both ends.
func trimmed(_ text: some StringProtocol) -> String {
  let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  let start = text.drop(while: isBlank)
  guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
  return String(start[...last])
}

/// Reads a whole file of at most 1 MiB.
@Sendable func readSmallFile(_ path: String) -> Result<[UInt8], FileProblem> {
  let limit = 1 << 20
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return .failure(FileProblem(reason: String(cString: strerror(errno)))) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count <= limit {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return .success(bytes) }
    if count > 0 {
      bytes += chunk[..<count]
    } else if errno != EINTR {
      return .failure(FileProblem(reason: String(cString: strerror(errno))))
    }
  }
  return .failure(FileProblem(reason: "larger than 1 MiB"))
}

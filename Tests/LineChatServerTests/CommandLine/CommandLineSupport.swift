@testable import LineChatServer

/// The invocation of a command line written as words, with nothing else around unless it is given.
func invocation(
  _ words: String..., environment: [String: String] = [:], files: [String: String] = [:]
) -> Invocation {
  Invocation(arguments: words, environment: environment) { path in
    files[path].map { .success(Array($0.utf8)) } ?? .failure(FileProblem(reason: "no such file"))
  }
}

/// The configuration that `invocation` gives; nil when it is anything else than `serve`.
func configuration(
  _ words: [String], environment: [String: String] = [:], files: [String: String] = [:]
) -> ServerConfiguration? {
  let invocation = Invocation(arguments: words, environment: environment) { path in
    files[path].map { .success(Array($0.utf8)) } ?? .failure(FileProblem(reason: "no such file"))
  }
  guard case .serve(let configuration) = invocation else { return nil }
  return configuration
}

/// The first line of a usage error; nil when the invocation is none.
func complaint(_ invocation: Invocation) -> String? {
  guard case .print(let text, exit: 2, toStandardError: true) = invocation else { return nil }
  return text.split(separator: "\n").first.map(String.init)
}

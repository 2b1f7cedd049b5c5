// One libFuzzer target for each parser that meets bytes from outside, one for the database, and one for
// requests and states as bytes. Built by scripts/fuzz, together with the sources of what is fuzzed, so that
// the sanitizers see into them; it is no target of the package.

import Glibc

private let targets: [String: @Sendable ([UInt8]) -> Void] = [
  "line": fuzzLines, "http": fuzzHTTP, "websocket": fuzzWebSocket, "json": fuzzJSON,
  "config": fuzzConfiguration, "store": fuzzStore, "request": fuzzRequests,
]

/// The environment names it; libFuzzer has the command line.
private let chosen: @Sendable ([UInt8]) -> Void = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = targets[name] else { preconditionFailure("FUZZ_TARGET is '\(name)', no target") }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  chosen(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

@testable import HTTPProtocol

/// The parser gives the same for the whole, for its halves, and for a first piece as long as the first byte
/// says.
@Sendable func fuzzHTTP(_ bytes: [UInt8]) {
  let whole = requests(in: [bytes[...]])
  for cut in [bytes.count / 2, min(bytes.count, Int(bytes.first ?? 0))] {
    precondition(requests(in: [bytes[..<cut], bytes[cut...]]) == whole)
  }
}

private let origins = OriginPolicy(
  allowed: ["https://chat.example"], hosts: HostPolicy(names: ["chat.example"]))

private func requests(in pieces: [ArraySlice<UInt8>]) -> [String] {
  var parser = HTTPRequestParser()
  var unconsumed: [UInt8] = []
  var found: [String] = []
  for piece in pieces {
    unconsumed += piece
    parsing: while true {
      let step = parser.parse(unconsumed.span)
      unconsumed.removeFirst(step.consumed)
      switch step.event {
      case .needMore: break parsing
      case .sendContinue: continue
      case .request(let request):
        if WebSocketHandshake.isAsked(by: request) { _ = try? WebSocketHandshake.accept(request) }
        _ = request.hasContent(of: "application/json")
        _ = origins.hosts.permits(request.host)
        _ = origins.permitsChange(request)
        found.append("\(request)")
      case .failed(let problem): return found + ["\(problem.status)"]
      }
    }
  }
  return found
}

import Reactor

/// The addresses of the server's doors, of those that the plan uses.
struct ServerAddresses: Sendable {
  private let line: [SocketAddress]
  private let http: [SocketAddress]
  /// For requests' `Host`.
  let httpHost: String

  init(_ plan: BenchPlan, _ layout: Layout) throws(AddressError) {
    let doors = Set(layout.clients.map(\.door))
    let usesLine = doors.contains(.plain) || doors.contains(.irc)
    line = usesLine ? try SocketAddress.resolve(host: plan.line.host, port: plan.line.port) : []
    httpHost = plan.http.map { "\($0)" } ?? ""
    guard doors.contains(.ws) || doors.contains(.http), let endpoint = plan.http else {
      http = []
      return
    }
    http = try SocketAddress.resolve(host: endpoint.host, port: endpoint.port)
  }

  func addresses(of door: Door) -> [SocketAddress] {
    switch door {
    case .plain, .irc: line
    case .ws, .http: http
    }
  }
}

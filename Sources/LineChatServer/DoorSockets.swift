import Glibc
import Reactor

/// Where the doors listen, before anybody is let in.
struct DoorSockets: Sendable {
  let line: [ListeningSocket]
  let http: [ListeningSocket]

  /// Listens on all addresses, or on none: so a start that is refused for a port has not touched the data.
  init(_ configuration: ServerConfiguration) throws(DoorError) {
    var open: [ListeningSocket] = []
    do throws(DoorError) {
      for address in configuration.lineAddresses { try Self.listen(on: address, .line, &open) }
      line = open
      if let address = configuration.http { try Self.listen(on: address, .http, &open) }
      http = Array(open[line.count...])
    } catch {
      for socket in open { socket.close() }
      throw error
    }
  }

  private static func listen(
    on address: Address, _ door: Accepted.Door, _ open: inout [ListeningSocket]
  ) throws(DoorError) {
    do {
      for resolved in try SocketAddress.resolve(host: address.host, port: address.port) {
        open.append(try ListeningSocket(on: resolved))
      }
    } catch {
      throw DoorError(address: address, door: door, cause: error)
    }
  }

  var lineAddresses: [SocketAddress] { line.map(\.address) }
  var httpAddress: SocketAddress? { http.first?.address }

  /// Those that warrant a warning as long as there are no accounts.
  var addressesBeyondThisMachine: [SocketAddress] {
    (lineAddresses + (httpAddress.map { [$0] } ?? [])).filter { !$0.isLoopback }
  }
}

/// A listener that cannot be opened, with what to do about it.
struct DoorError: Error, CustomStringConvertible {
  let address: Address
  let door: Accepted.Door
  let cause: any Error

  var description: String {
    let option = door == .line ? "--line" : "--http"
    let system = cause as? SystemError
    let reason = system.map { String(cString: strerror($0.code)) } ?? "\(cause)"
    let remedy = system?.code == EADDRINUSE ? "stop the program that has it, or give" : "give"
    return "cannot listen on \(address): \(reason); \(remedy) another address with \(option)"
  }
}

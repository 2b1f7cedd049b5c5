import Glibc
import Reactor

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

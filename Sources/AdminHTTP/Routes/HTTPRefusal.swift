import Glibc
import HTTPProtocol
package import LineProtocol

/// The response to a connection that is not let in.
package enum HTTPRefusal {
  /// `retryAfter` in whole seconds.
  package static func response(_ code: ErrorCode, retryAfter: Int) -> [UInt8] {
    var problem = Problem(code, code.reason)
    problem.headers = [HTTPResponse.Field(name: "Retry-After", value: "\(retryAfter)")]
    var bytes: [UInt8] = []
    problem.closing.response.encode(
      into: &bytes, keepAlive: false, headOnly: false, date: HTTPDate.format(secondsSinceEpoch: time(nil)))
    return bytes
  }
}

import Glibc
import HTTPProtocol
package import LineProtocol

extension Problem {
  /// A refusal by the chat's own rules, with the code that the other doors tell too.
  init(_ error: ProtocolError) {
    self.init(error.code, error.reason)
  }

  /// `reason`: in words, a sentence without capital and stop.
  init(_ code: ErrorCode, _ reason: String) {
    let (status, field) = Self.place(of: code)
    self.init(status, Self.sentence(reason), field: field, code: code.rawValue)
    if status == .serviceUnavailable || status == .tooManyRequests {
      headers = [HTTPResponse.Field(name: "Retry-After", value: "1")]
    } else if status == .internalServerError {
      detail = "The log failed while it was written; the message may be stored. GET /messages tells."
    }
  }

  /// More requests than may be made; `retryAfter` in whole seconds.
  static func tooFast(retryAfter: Int) -> Problem {
    var problem = Problem(.tooFast, "too many requests; wait \(retryAfter) s")
    problem.headers = [HTTPResponse.Field(name: "Retry-After", value: "\(retryAfter)")]
    return problem
  }

  private static func place(of code: ErrorCode) -> (HTTPStatus, field: String?) {
    switch code {
    case .badNick, .nickReserved: (.unprocessableContent, "user")
    case .badRoom: (.unprocessableContent, "room")
    case .textEmpty, .textTooLong, .textNotUTF8, .textControl, .tooManyLines: (.unprocessableContent, "text")
    case .referenceUsed: (.unprocessableContent, "Idempotency-Key")
    case .badReference: (.badRequest, "Idempotency-Key")
    case .badID, .futureID: (.unprocessableContent, "after")
    case .badCount: (.unprocessableContent, "limit")
    case .noSuchRoom: (.notFound, "room")
    case .tooFast: (.tooManyRequests, nil)
    case .tooManyRooms, .tooManyConnections, .logFull, .notStored, .historyUnavailable, .shuttingDown:
      (.serviceUnavailable, nil)
    case .timeout: (.requestTimeout, nil)
    case .outcomeUnknown: (.internalServerError, nil)
    case .unknownCommand, .missingField, .tooManyFields, .nickInUse, .noNick, .notJoined, .lineTooLong,
      .notLineProtocol:
      (.badRequest, nil)
    }
  }

  private static func sentence(_ reason: String) -> String {
    reason.prefix(1).uppercased() + reason.dropFirst() + "."
  }

  /// What refusals are counted under.
  var reasonCode: String { code ?? "http-\(status.code)" }
}

extension Nick {
  /// The value of `user`.
  init(user: String) throws(Problem) {
    do throws(NameError) { try self.init(user) } catch { throw Problem(.badNick, error.reason) }
  }
}

extension RoomName {
  /// The value of `room`; the room `default` if none is named.
  init(room: String?) throws(Problem) {
    do throws(NameError) { try self.init(room ?? "default") } catch { throw Problem(.badRoom, error.reason) }
  }
}

extension MessageText {
  /// The value of `text`.
  init(text: String) throws(Problem) {
    do throws(TextError) { try self.init(text) } catch { throw Problem(error.code, error.reason) }
  }
}

extension Problem {
  /// A request for a name that this server does not answer to (RFC 9110 §15.5.20). A person sees a page.
  static func misdirected(_ request: HTTPRequest) -> Problem {
    let host = Authority(request.host)?.host ?? request.host[...]
    var problem = Problem(
      .misdirectedRequest,
      "This server does not answer to the name \(host); --allow-host \(host) makes it.")
    if request.headers.lists("text/html", in: "accept") { problem.page = page(for: host) }
    return problem
  }

  private static func page(for host: Substring) -> String {
    let host = HTMLPage.escaped(host)
    return HTMLPage.document(
      title: "421 Misdirected Request",
      """
      <h1>\(host) is not a name of this server</h1>
      <p>LineChat answers to its addresses, to <code>localhost</code>, to names without a dot and to names that it was given.
      Any other name could be made to lead here by a page that wants to read along.</p>
      <p>If this name is meant for it, start it with</p>
      <pre>linechat serve --allow-host \(host)</pre>
      """)
  }
}

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

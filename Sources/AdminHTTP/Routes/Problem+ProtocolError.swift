import HTTPProtocol
import LineProtocol

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

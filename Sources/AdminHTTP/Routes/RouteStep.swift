import Delivery
import HTTPProtocol
import LineProtocol

/// What a route does next about a request. Its connection carries it out.
typealias RouteStep = Step

/// What only the HTTP door does.
enum HTTPStep: DoorStep {
  case respond(HTTPResponse)
  /// Answers that a message is on disk.
  case published(Message)
  case refuse(Problem)
  /// Begins an answer whose content is what is said and paged from here on, and ends with the last step.
  /// `HEAD` ends it at once.
  case begin(HTTPResponse)
  /// Leaves HTTP.
  case takeOver(WebSocketOpening)
}

extension Step {
  static func own(_ step: HTTPStep) -> RouteStep { .door(step) }
  static func respond(_ response: HTTPResponse) -> RouteStep { .own(.respond(response)) }
  static func refuse(_ problem: Problem) -> RouteStep { .own(.refuse(problem)) }

  /// Takes a step that may find the request to be refused.
  static func checked(_ step: () throws(Problem) -> RouteStep) -> RouteStep {
    do throws(Problem) {
      return try step()
    } catch {
      return .refuse(error)
    }
  }
}

/// A WebSocket that was asked for rightly.
struct WebSocketOpening: Equatable {
  let user: Nick
  let room: RoomName
  /// Resume behind this id; nil: begin with the newest messages.
  let after: MessageID?
  /// The 101, to be sent when the user has entered.
  let response: HTTPResponse
}

import Agents
import ChatCore

extension ServerConfiguration.AgentRooms {
  var runnerRooms: AgentRunner.Rooms {
    switch self {
    case .all: .all
    case .named(let names): .named(Set(names))
    }
  }
}

/// Who is in which room, and what each one does there.
struct Layout: Equatable, Sendable {
  /// One client.
  struct Client: Equatable, Sendable {
    let room: Int
    let door: Door
    /// Which of its room's senders it is, from 0; nil: it only listens.
    let slot: Int?
  }

  let clients: [Client]
  let rooms: Int
  let sendersPerRoom: Int
  /// How many others are to get each message.
  let recipientsPerMessage: Int

  init(_ plan: BenchPlan) {
    let listenersOnly: Int
    switch plan.scenario {
    case .fanout: (rooms, listenersOnly, sendersPerRoom) = (1, plan.receivers, plan.senders)
    case .rooms:
      let isShared = plan.listening == plan.sending
      (rooms, listenersOnly, sendersPerRoom) = (plan.rooms, isShared ? 0 : plan.members, plan.members)
    case .post: (rooms, listenersOnly, sendersPerRoom) = (1, 0, plan.senders)
    }
    var clients: [Client] = []
    for room in 0..<rooms {
      for _ in 0..<listenersOnly { clients.append(Client(room: room, door: plan.listening, slot: nil)) }
      for slot in 0..<sendersPerRoom { clients.append(Client(room: room, door: plan.sending, slot: slot)) }
    }
    self.clients = clients
    // A sender that is in the room hears the others, and not itself.
    recipientsPerMessage = listenersOnly + (plan.sending.canListen ? sendersPerRoom - 1 : 0)
  }
}

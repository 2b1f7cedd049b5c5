import ChatCore
import LineProtocol
import Reactor
import Synchronization

extension Shard {
  /// Shows a batch, in order, to the sessions of this loop.
  func deliver(_ batch: Batch) {
    for event in batch.events { deliver(event) }
    showRun()
    batchDelivered()
  }

  private func deliver(_ event: Event) {
    let origin = event.origin.isBeside(id) ? participants[event.origin.serial] : nil
    if case .message(let message, in: let room, _, _) = event.kind {
      show(message, in: rooms[room], from: origin)
      origin?.participant.received(event)
      return
    }
    showRun()
    // The origin is told of what it entered after it was shown as the others are, and of what it left after nothing is shown to it.
    switch event.kind {
    case .message, .repeated, .named, .opened, .closed, .refused: break
    case .topic(let change):
      show(event, in: change.room, except: origin?.output)
      rooms[change.room]?.note(.topic(change.stored))
      newestShown = change.id
    case .joined(let joining):
      if joining.isFirst { show(event, in: joining.room, except: nil) }
      if origin != nil, rooms[joining.room] == nil {
        rooms[joining.room] = LocalRoom(
          id: joining.room, name: joining.name, newest: joining.newest, formats: formats.count)
      }
    case .parted(let parting):
      if origin != nil { leaveRoom(event.origin, parting.room) }
      if parting.isLast { show(event, in: parting.room, except: nil) }
    case .renamed(let renaming): show(renaming, event, except: origin?.output)
    case .quit(let quitting): show(quitting, event)
    case .wanted(let holder):
      if holder.isBeside(id) { participants[holder.serial]?.participant.probe() }
    }
    origin?.participant.received(event)
  }

  /// Adds a message to the run in progress. Its sender is shown what came before, and not the message itself: that is its own
  /// to tell.
  private func show(_ message: Message, in room: LocalRoom?, from origin: SessionEntry?) {
    if run.room !== room || run.isLong { showRun() }
    newestShown = message.id
    metrics.messages.add(1, ordering: .relaxed)
    guard let room else { return }
    room.note(.message(message))
    run.begin(in: room)
    let sender = origin.flatMap { seat in
      seat.output.flatMap { room.isLive($0, seat.format) ? ($0, seat.format.index) : nil }
    }
    if let (output, format) = sender { run.showRest(to: output, format) }
    run.add(message, formats)
    if let (output, format) = sender { run.markGiven(output, format) }
  }

  /// Shows the run in progress to everybody in its room.
  private func showRun() {
    guard let room = run.room else { return }
    let senders = run.given.map(\.output)
    metrics.deliveries.add(run.deliveries, ordering: .relaxed)
    for index in formats.indices {
      reactor.append(run.encoded[index], to: room.members[index], except: senders)
    }
    for (output, format, _) in run.given { run.showRest(to: output, format) }
    run.end()
  }

  private func show(_ event: Event, in id: RoomID, except excluded: Output?) {
    guard let room = rooms[id] else { return }
    for index in formats.indices where !room.members[index].isEmpty {
      send(event, in: room.name, index, to: room.members[index], except: excluded)
    }
  }

  /// Shows a change of name once to each session that is in one of the rooms, or in each room by itself.
  private func show(_ renaming: Renaming, _ event: Event, except excluded: Output?) {
    let seen = renaming.rooms.filter { $0.look == .renamed }
    for index in formats.indices {
      show(
        event, index, in: seen.map(\.id), isPerRoom: formats[index].renamesPerRoom, except: excluded)
    }
    for half in renaming.halves(of: event.origin) {
      if case .room(let room) = half.audience { show(half, in: room, except: excluded) }
    }
  }

  private func show(_ quitting: Quitting, _ event: Event) {
    let left = quitting.rooms.filter(\.isLast).map(\.id)
    for index in formats.indices {
      show(event, index, in: left, isPerRoom: formats[index].quitsPerRoom, except: nil)
    }
  }

  /// Shows what concerns several rooms in one format: in each room, or once to each session that is in one of them.
  private func show(
    _ event: Event, _ format: Int, in ids: [RoomID], isPerRoom: Bool, except excluded: Output?
  ) {
    let rooms = ids.compactMap { self.rooms[$0] }
    guard let first = rooms.first else { return }
    if isPerRoom {
      for room in rooms { send(event, in: room.name, format, to: room.members[format], except: excluded) }
    } else {
      send(event, in: first.name, format, to: outputs(format, in: rooms), except: excluded)
    }
  }

  private func outputs(_ format: Int, in rooms: [LocalRoom]) -> [Output] {
    if rooms.count == 1 { return rooms[0].members[format] }
    var seen: Set<Output> = []
    for room in rooms { seen.formUnion(room.members[format]) }
    return Array(seen)
  }

  private func send(
    _ event: Event, in room: RoomName, _ format: Int, to outputs: [Output], except excluded: Output?
  ) {
    if outputs.isEmpty { return }
    scratch.removeAll()
    scratch.append(event.entryID.map(OutputMark.live)) {
      formats[format].encode(event, seenBy: .others(in: room), into: &$0)
    }
    reactor.append(scratch, to: outputs, except: excluded.map { [$0] } ?? [])
  }
}

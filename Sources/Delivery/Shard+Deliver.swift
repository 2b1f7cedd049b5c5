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
    // The origin is told of what it entered after it was shown as the others are, and of what it left after
    // nothing is shown to it.
    if case .parted(let parting) = event.kind, origin != nil { leaveRoom(event.origin, parting.room) }
    show(event, except: origin?.output)
    switch event.kind {
    case .topic(let change):
      rooms[change.room]?.note(.topic(change.stored))
      shows(change.id)
    case .joined(let joining):
      if origin != nil, rooms[joining.room] == nil {
        rooms[joining.room] = LocalRoom(id: joining.room, name: joining.name, newest: joining.newest)
      }
    case .message, .repeated, .named, .opened, .closed, .parted, .renamed, .quit, .refused, .wanted: break
    }
    origin?.participant.received(event)
    // Whoever joined and is cut off by what it is told of it does not follow the room.
    if case .joined(let joining) = event.kind, origin != nil { forgetIfEmpty(joining.room) }
  }

  /// Adds a message to the run in progress. Its sender is shown what came before, and not the message itself:
  /// that is its own to tell.
  private func show(_ message: Message, in room: LocalRoom?, from origin: LocalSession?) {
    if run.room !== room || run.isLong { showRun() }
    shows(message.id)
    guard let room else { return }
    room.note(.message(message))
    run.begin(in: room)
    let sender = origin.flatMap { local in
      local.output.flatMap { room.isLive($0, local.format) ? ($0, local.format) : nil }
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
    for group in room.groups {
      if let encoded = run.encoded(group.format) {
        reactor.append(encoded, to: group.outputs, except: senders)
      }
    }
    for (output, format, _) in run.given { run.showRest(to: output, format) }
    run.end()
  }

  /// Shows an event to its audience on this loop, but for the session that caused it.
  private func show(_ event: Event, except origin: Output?) {
    switch event.audience {
    case .nobody: break
    case .room(let id):
      guard let room = rooms[id] else { break }
      for group in room.groups { send(event, in: room.name, group.format, to: group.outputs, except: origin) }
    case .rooms(let ids): show(event, in: ids.compactMap { rooms[$0] }, except: origin)
    case .session(let holder):
      if holder.isBeside(id) { participants[holder.serial]?.participant.probe() }
    }
    if case .renamed(let renaming) = event.kind {
      for half in renaming.halves(of: event.origin) { show(half, except: origin) }
    }
  }

  /// Shows what concerns several rooms: in each of them, or once to each session that is in one of them.
  private func show(_ event: Event, in rooms: [LocalRoom], except origin: Output?) {
    guard let first = rooms.first else { return }
    for format in Self.formats(in: rooms) {
      if formats[format.index].isPerRoom(event) {
        for room in rooms { send(event, in: room.name, format, to: room.outputs(format), except: origin) }
      } else {
        send(event, in: first.name, format, to: Self.outputs(format, in: rooms), except: origin)
      }
    }
  }

  /// Those that somebody in one of the rooms has.
  private static func formats(in rooms: [LocalRoom]) -> [FormatID] {
    var found: [FormatID] = []
    for room in rooms {
      for group in room.groups where !found.contains(group.format) { found.append(group.format) }
    }
    return found
  }

  private static func outputs(_ format: FormatID, in rooms: [LocalRoom]) -> [Output] {
    if rooms.count == 1 { return rooms[0].outputs(format) }
    var seen: Set<Output> = []
    for room in rooms { seen.formUnion(room.outputs(format)) }
    return Array(seen)
  }

  private func send(
    _ event: Event, in room: RoomName, _ format: FormatID, to outputs: [Output], except excluded: Output?
  ) {
    if outputs.isEmpty { return }
    scratch.removeAll()
    scratch.append(event.entryID.map(OutputMark.live)) {
      formats[format.index].encode(event, seenBy: .others(in: room), into: &$0)
    }
    reactor.append(scratch, to: outputs, except: excluded.map { [$0] } ?? [])
  }
}

import ChatCore
import LineProtocol
import Reactor
import Synchronization

extension Shard {
  /// Shows a batch, in order, to the sessions of this loop.
  func deliver(_ batch: Batch) {
    if turnStart.turn != reactor.turn { turnStart = (reactor.turn, newestShown) }
    for event in batch.events { deliver(event) }
    showRun()
    batchDelivered()
  }

  private func deliver(_ event: Event) {
    let origin = event.origin.loop == loop ? participants[event.origin.serial] : nil
    if case .message(let id, let message) = event.change, event.failure == nil {
      if event.isRepeat { showRun() } else { show(message, in: rooms[id], from: origin) }
      origin?.participant.happened(.published(message))
      return
    }
    showRun()
    if let failure = event.failure {
      origin?.participant.happened(.failed(failure))
      return
    }
    switch event.change {
    case .message: break
    case .topic(let room, let topic, let name, let id):
      show(StoredTopic(id: id, room: name.text, topic: topic), in: room, except: origin?.output)
      origin?.participant.happened(.topicSet(topic, room: name))
    case .joined(let id, let state, let name, let nick, let after, let isAnnounced):
      if isAnnounced { show(.joined(room: name.text, nick: nick.text), in: id, except: nil) }
      guard let origin else { return }
      if rooms[id] == nil {
        rooms[id] = LocalRoom(id: id, name: name, newest: state.newest, formats: formats.count)
      }
      origin.participant.happened(.joined(id, state, room: name, after: after))
    case .parted(let id, let name, let nick, let reason, let isAnnounced):
      if origin != nil { leaveRoom(event.origin, id) }
      if isAnnounced {
        show(.parted(room: name.text, nick: nick.text, reason: reason), in: id, except: nil)
      }
      origin?.participant.happened(.parted(id, room: name, reason: reason))
    case .renamed(let from, let to, let ids):
      showRename(from.text, to.text, in: ids, except: origin?.output)
      origin?.participant.happened(.renamed(from: from, to: to))
    case .presence(let id, let name, let nick, let isThere):
      let notice =
        isThere
        ? Notice.joined(room: name.text, nick: nick.text)
        : Notice.parted(room: name.text, nick: nick.text, reason: nil)
      show(notice, in: id, except: origin?.output)
    case .refused(let error): origin?.participant.happened(.refused(error))
    case .quit(let nick, let reason, let ids): showQuit(nick, reason, in: ids)
    }
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
    if let (output, format) = sender {
      run.rest(for: output, format).withUnsafeBytes { output.append($0) }
    }
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
    for (output, format, _) in run.given {
      run.rest(for: output, format).withUnsafeBytes { output.append($0) }
    }
    run.end()
  }

  private func show(_ topic: StoredTopic, in room: RoomID, except excluded: Output?) {
    show(.topic(topic), in: room, except: excluded)
    rooms[room]?.note(.topic(topic))
    // Not before: an output that is cut off meanwhile was not given it, and resumes before it.
    newestShown = topic.id
  }

  private func show(_ notice: Notice, in id: RoomID, except excluded: Output?) {
    guard let room = rooms[id] else { return }
    for index in formats.indices where !room.members[index].isEmpty {
      send(notice, index, to: room.members[index], except: excluded)
    }
  }

  /// Shows a change of name once to each session that is in one of the rooms, or in each room as a departure and an arrival.
  private func showRename(_ old: String, _ new: String, in ids: [RoomID], except excluded: Output?) {
    for index in formats.indices {
      guard formats[index].renamesPerRoom else {
        send(.renamed(from: old, to: new), index, to: outputs(index, in: ids), except: excluded)
        continue
      }
      for room in ids.lazy.compactMap({ self.rooms[$0] }) {
        let name = room.name.text
        send(.parted(room: name, nick: old, reason: nil), index, to: room.members[index], except: excluded)
        send(.joined(room: name, nick: new), index, to: room.members[index], except: excluded)
      }
    }
  }

  private func showQuit(_ nick: Nick, _ reason: String, in ids: [RoomID]) {
    for index in formats.indices {
      if formats[index].quitsPerRoom {
        for id in ids {
          guard let room = rooms[id] else { continue }
          let notice = Notice.parted(room: room.name.text, nick: nick.text, reason: reason)
          send(notice, index, to: room.members[index], except: nil)
        }
      } else {
        send(.quit(nick: nick.text, reason: reason), index, to: outputs(index, in: ids), except: nil)
      }
    }
  }

  private func outputs(_ format: Int, in ids: [RoomID]) -> [Output] {
    if ids.count == 1 { return rooms[ids[0]]?.members[format] ?? [] }
    var seen: Set<Output> = []
    for id in ids { seen.formUnion(rooms[id]?.members[format] ?? []) }
    return Array(seen)
  }

  private func send(_ notice: Notice, _ format: Int, to outputs: [Output], except excluded: Output?) {
    if outputs.isEmpty { return }
    scratch.removeAll(keepingCapacity: true)
    formats[format].encode(notice, into: &scratch)
    if scratch.isEmpty { return }
    reactor.append(scratch, to: outputs, except: excluded.map { [$0] } ?? [])
  }
}

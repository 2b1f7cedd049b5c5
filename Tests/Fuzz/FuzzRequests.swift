import ChatCore
import LineProtocol

/// The bytes as a request, as a journal of them that is decided, and as a saved state.
@Sendable func fuzzRequests(_ bytes: [UInt8]) {
  if let request = try? Request(encoded: bytes) {
    expect(request.encoded == bytes, "\(request) is written in another way")
  }
  if let (records, length) = try? RequestJournal.read(bytes) {
    var journal = RequestJournal()
    for record in records { journal.append(record) }
    expect(journal.bytes == Array(bytes[..<length]), "the journal is written in another way")
    decide(records, on: ChatState(policy: Policy(roomsPerSession: 3, rooms: 4)))
  }
  if let state = try? ChatState(saved: bytes, policy: Policy()) {
    expect(state.save() == bytes, "the state is written in another way")
    decide([], on: state)
  }
}

/// Decides the requests at places of this log, then saves, loads, and takes everything back.
private func decide(_ records: [PlacedRequest], on beginning: ChatState) {
  var state = beginning
  var events: [Event] = []
  var next: MessageID = 1
  var time = Timestamp(milliseconds: 0)
  for record in records {
    time = max(time, record.place.time)
    let decided = events.count
    state.decide(record.request, at: Place(id: next, time: time), into: &events)
    for event in events[decided...] {
      guard let id = event.entryID else { continue }
      expect(id == next, "entry \(id) is not \(next)")
      next = next.next
    }
  }
  let saved = state.save()
  if let loaded = try? ChatState(saved: saved, policy: state.policy) {
    expect(loaded == state && loaded.save() == saved, "another state is loaded than was saved")
  } else {
    fail("what was saved does not load")
  }
  for event in events.reversed() { state.undo(event) }
  expect(state == beginning && state.save() == beginning.save(), "what was undone is not what was before")
}

import ChatCore
import Glibc
import LineProtocol
import Threads

@testable import ChatStore

/// The database, edited at random: it is refused in words, or served. What is read from it is as it may be
/// shown, and the next message is stored, or is told that it is not.
@Sendable func fuzzStore(_ bytes: [UInt8]) {
  var edit = DatabaseEdit(bytes)
  let directory = ScratchDirectory()
  directory.write(SmallDatabase.bytes)
  edit.apply(to: directory.database)
  let isLookedThrough = edit.next() % 4 == 0
  guard let last = serve(directory, isLookedThrough) else { return }
  // What was served is served again, with all that was repaired.
  if !edit.isDamaging, let again = serve(directory, isLookedThrough) { expect(again >= last, "ids go back") }
}

/// Opens the log, reads, writes and closes. Gives the last id; nil when it was refused.
private func serve(_ directory: ScratchDirectory, _ isLookedThrough: Bool) -> MessageID? {
  let log: SQLiteEventLog
  do {
    log = try SQLiteEventLog(
      directory: directory.path, durability: .normal, retention: Retention(messagesPerRoom: 5),
      disk: DiskAccess(checkedBytes: isLookedThrough ? .max : 0), clocks: LogClocks(wall: { 1_000 }))
  } catch {
    expect(error.description.contains(";"), "what is to be done? \(error)")
    return nil
  }
  let published = WorkQueue<Event>()
  let order = LocalOrder()
  do { try log.start(deciding: order) { published.append(contentsOf: $0.events) } } catch { return nil }
  for room in log.rooms.map(\.id).prefix(3) + [RoomID(1)] { read(log, room) }
  read(log, nil)
  do {
    order.submit([
      try SmallDatabase.message(1, "once", .fuzzed(3)), try SmallDatabase.message(1, "new"),
    ])
  } catch {
    fail("no request: \(error)")
  }
  var answers = 0
  while answers < 2 {
    guard let events = published.take(within: 4_000), !events.isEmpty else { fail("nothing is published") }
    answers += events.count { check($0) }
  }
  _ = log.stop()
  return log.applied
}

/// Whether it is the answer to a message.
private func check(_ event: Event) -> Bool {
  switch event.kind {
  case .message(let message, in: _, once: _, before: _), .repeated(let message):
    expect(1..<MessageID(1 << 53) ~= message.id, "the id \(message.id)")
    return true
  case .refused: return true
  case .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted: return false
  }
}

private func read(_ log: SQLiteEventLog, _ room: RoomID?) {
  let pages = WorkQueue<HistoryPage?>()
  for range in [HistoryQuery.Range.newest, .before(20), .after(3), .after(0, through: 30)] {
    log.read(HistoryQuery(room: room, range, limit: 7, byteLimit: 500)) {
      pages.append(contentsOf: [try? $0.get()])
    }
    guard let read = pages.take(within: 4_000), let page = read.first else {
      fail("nothing is read")
    }
    let messages = page?.messages ?? []
    expect(zip(messages, messages.dropFirst()).allSatisfy { $0.id < $1.id }, "\(range): \(messages)")
    messages.forEach(encode)
  }
}

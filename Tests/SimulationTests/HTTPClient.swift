import ChatCore
import ChatTestSupport
import LineProtocol

/// Somebody who posts and reads pages, with several requests on the way at once.
final class HTTPClient: SimulatedClient, CustomStringConvertible {
  private enum Asked {
    case post(room: String, user: String, text: String)
    /// `newest`: what was published when it was asked.
    case page(room: String, after: MessageID, limit: Int, newest: MessageID)
    case rooms(expected: [String])
  }

  private var waiting: [Asked] = []

  var description: String { "HTTP, waits for \(waiting)" }
  override var who: String { "client \(number) (HTTP)" }
  override var isIdle: Bool { waiting.isEmpty }

  override func connect() { (socket, _) = simulation.connect(.http) }

  override func lost() {
    for case .post(_, _, let text) in waiting { truth.told(.unknown, of: text) }
    waiting = []
  }

  override func act() {
    guard waiting.count < 3 else { return }
    let room = aRoom
    simulation.asked()
    switch Int.random(in: 0..<8, using: &simulation.random) {
    case 0..<4:
      let text = newText(isMultiline: simulation.random.oneIn(3))
      truth.says(text, in: room)
      let user = simulation.random.pick(Simulation.names + ["web", "hook"])
      post(room, user, text)
      // Sent again as if the answer was lost.
      if simulation.random.oneIn(5) { post(room, user, text) }
    case 4..<7:
      let limit = Int.random(in: 1...6, using: &simulation.random)
      let after = MessageID(Int64.random(in: 0...simulation.store.applied.number, using: &simulation.random))
      waiting.append(.page(room: room, after: after, limit: limit, newest: truth.newestPublished))
      socket?.send(
        "GET /messages?room=\(room)&after=\(after)&limit=\(limit)&kinds=all HTTP/1.1\r\nHost: x\r\n\r\n")
    default:
      waiting.append(.rooms(expected: truth.roomsToList))
      socket?.send("GET /rooms HTTP/1.1\r\nHost: x\r\n\r\n")
    }
  }

  private func post(_ room: String, _ user: String, _ text: String) {
    waiting.append(.post(room: room, user: user, text: text))
    let body = "{\"user\":\"\(user)\",\"room\":\"\(room)\",\"text\":\"\(Scan.escaped(text))\"}"
    socket?.send(
      "POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + "Idempotency-Key: \(Truth.token(of: text))\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  override func received() {
    while let (head, content) = takeResponse() {
      let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      if waiting.isEmpty { return truth.fail("\(who): an answer to nothing: \(head)") }
      answered(waiting.removeFirst(), status, content)
    }
  }

  private func takeResponse() -> (head: String, content: String)? {
    guard let socket, let end = socket.position(of: "\r\n\r\n") else { return nil }
    let head = String(decoding: socket.incoming[..<end], as: UTF8.self)
    if head.contains("Transfer-Encoding: chunked") { return takeChunked(head, end + 4) }
    let length = Scan.after("Content-Length: ", head).flatMap { Scan.number($0) } ?? 0
    guard socket.incoming.count >= end + 4 + Int(length) else { return nil }
    _ = socket.take(end + 4)
    return (head, String(decoding: socket.take(Int(length)), as: UTF8.self))
  }

  /// A list that did not fit into one part; nil while its end has not come.
  private func takeChunked(_ head: String, _ start: Int) -> (head: String, content: String)? {
    guard let socket else { return nil }
    var (content, at): ([UInt8], Int) = ([], start)
    while let end = socket.incoming[at...].firstIndex(of: 0x0A) {
      let size = String(decoding: socket.incoming[at..<end], as: UTF8.self).prefix {
        $0 != "\r" && $0 != "\r\n"
      }
      guard let length = Int(size, radix: 16) else {
        truth.fail("\(who): '\(size)' is no length of a chunk")
        return nil
      }
      at = end + 1 + length + 2
      if socket.incoming.count < at { return nil }
      content += socket.incoming[(end + 1)..<(at - 2)]
      if length > 0 { continue }
      _ = socket.take(at)
      return (head, String(decoding: content, as: UTF8.self))
    }
    return nil
  }

  private func answered(_ asked: Asked, _ status: Int, _ content: String) {
    switch (asked, status) {
    case (.post(_, let user, let text), 201):
      guard let id = Scan.id("id", content) else { return unexpected(asked, status, content) }
      truth.told(.stored(id, user: user), of: text)
    // 408: its end was written too late.
    case (.post(_, _, let text), 503), (.post(_, _, let text), 408): truth.told(.refused, of: text)
    case (.post(_, _, let text), 500): truth.told(.unknown, of: text)
    case (.page(let room, let after, let limit, let newest), 200):
      check(room, after, limit, newest, content)
    case (.page(let room, _, _, let newest), 404):
      if truth.items(in: room, after: 0, through: newest).contains(where: { !$0.isHidden }) {
        unexpected(asked, status, content)
      }
    case (.rooms(let expected), 200):
      truth.checkRooms(Scan.rooms(content), expected, who)
    case (.rooms, 503) where simulation.isEnding: break
    case (.page, 503), (.page, 408), (.rooms, 408): break
    default: unexpected(asked, status, content)
    }
  }

  private func unexpected(_ asked: Asked, _ status: Int, _ content: String) {
    truth.fail("\(who): \(status) \(content.prefix(200)) answers \(asked)")
  }

  private func check(_ room: String, _ after: MessageID, _ limit: Int, _ newest: MessageID, _ content: String)
  {
    let entries = Scan.messages(content)
    if entries.count > limit { truth.fail("\(who): \(entries.count) entries, limit \(limit)") }
    var view = RoomView(room, after: after, showsTopics: true)
    let gap = Scan.after("\"gap\":[", content)
    if let gap, let from = Scan.id(gap), let to = Scan.after(",", gap).flatMap({ Scan.id($0) }) {
      view.gap(from: from, to: to, truth, who)
    }
    for entry in entries {
      guard let id = Scan.id(entry), let item = truth.item(id, in: room) else {
        return truth.fail("\(who): \(entry) is not in \(room)")
      }
      if item.text != Scan.string("text", entry) || item.user != Scan.string("user", entry) {
        truth.fail("\(who): \(entry.prefix(100)) is not \(item)")
      }
      view.saw(id, .stored, truth, who)
    }
    if content.contains("\"next\":null") { view.isComplete(through: newest, truth, "\(who), the last page") }
  }
}

import ChatCore
import ChatTestSupport
import LineProtocol

/// Somebody in one room by WebSocket, who resumes where he was or where he was told to.
final class WebSocketClient: SimulatedClient, CustomStringConvertible {
  private var room = ""
  private var user = ""
  private var isOpen = false
  /// Texts that were sent and have no outcome yet, in order.
  private var waiting: [String] = []
  private var view: RoomView?
  private var resume: (room: String, id: MessageID)?
  /// The least that is shown when it did not say where to resume.
  private var newestAtOpening: MessageID = 0

  var description: String { "WebSocket, \(user) in \(room), open: \(isOpen), waits for \(waiting)" }
  override var who: String { "client \(number) (WebSocket)" }
  override var isIdle: Bool { isOpen && waiting.isEmpty }
  override var isAskedToAnswer: Bool { true }
  override var presences: [(room: String, name: String)] { isOpen ? [(room, user)] : [] }

  override func connect() {
    (socket, _) = simulation.connect(.http)
    user = simulation.random.pick(Simulation.names + ["web"])
    room = resume?.room ?? aRoom
    view = resume.map { RoomView($0.room, after: $0.id, showsTopics: false) }
    let after = resume.map { "&after=\($0.id)" } ?? ""
    resume = nil
    simulation.trace("\(number) opens \(room) as \(user)\(after)")
    socket?.send(
      "GET /ws?user=\(user)&room=\(room)\(after) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
  }

  override func lost() {
    for text in waiting { truth.told(.unknown, of: text) }
    if resume == nil, let view, !simulation.random.oneIn(4) { resume = (room, view.cursor) }
    (isOpen, waiting, view) = (false, [], nil)
  }

  override func act() {
    guard isOpen, waiting.count < 4 else { return }
    let text = newText(isMultiline: simulation.random.oneIn(4))
    truth.says(text, in: room)
    say(text)
    if simulation.random.oneIn(8) { say(text) }
  }

  private func say(_ text: String) {
    simulation.trace("\(number) > \(text.prefix(40))")
    waiting.append(text)
    simulation.asked()
    let payload = "{\"ref\":\"\(Truth.token(of: text))\",\"text\":\"\(Scan.escaped(text))\"}"
    let length = payload.utf8.count
    let header: [UInt8] =
      length < 126 ? [0x80 | UInt8(length)] : [0xFE, UInt8(length >> 8), UInt8(length & 255)]
    // A mask that changes nothing.
    socket?.send([0x81] + header + [0, 0, 0, 0] + payload.utf8)
  }

  override func checkEnd(_ names: [String: Set<String>]) {
    view?.isComplete(through: MessageID.max.previous, truth, "\(who) at the end")
  }

  // MARK: What comes

  override func received() {
    if !isOpen, !takeHandshake() { return }
    while let (kind, payload) = takeFrame() { received(kind, payload) }
  }

  private func takeHandshake() -> Bool {
    guard let socket, let end = socket.position(of: "\r\n\r\n") else { return false }
    let head = String(decoding: socket.take(end + 4), as: UTF8.self)
    if !head.hasPrefix("HTTP/1.1 101") {
      if simulation.isEnding, head.hasPrefix("HTTP/1.1 503") { return false }
      // Its request came too slowly.
      if head.hasPrefix("HTTP/1.1 408") { return false }
      truth.fail("\(who): \(head)")
      return false
    }
    isOpen = true
    newestAtOpening = truth.items(in: room).last { !$0.isHidden && !$0.isTopic }?.id ?? 0
    return true
  }

  private func takeFrame() -> (UInt8, String)? {
    guard let socket, socket.incoming.count >= 2 else { return nil }
    var (start, length) = (2, Int(socket.incoming[1]))
    if length == 126 {
      guard socket.incoming.count >= 4 else { return nil }
      (start, length) = (4, Int(socket.incoming[2]) << 8 | Int(socket.incoming[3]))
    }
    guard socket.incoming.count >= start + length else { return nil }
    let frame = socket.take(start + length)
    return (frame[0] & 15, String(decoding: frame[start...], as: UTF8.self))
  }

  private func unexpected(_ frame: String) { truth.fail("\(who): unexpected: \(frame.prefix(200))") }

  private func received(_ opcode: UInt8, _ frame: String) {
    simulation.trace("\(number) < \(frame.prefix(120))")
    checkFarewell(frame)
    if opcode == 8 {
      socket?.hasFarewell = true
      return closing(frame)
    }
    if opcode == 9 {
      if !isMute { socket?.send([0x8A, 0x80, 0, 0, 0, 0]) }
      return
    }
    switch Scan.string("type", frame) {
    case "history", "message": message(frame)
    case "join", "part": if Scan.string("room", frame) != room { unexpected(frame) }
    case "gap":
      guard let from = Scan.id("from", frame), let to = Scan.id("to", frame) else {
        return unexpected(frame)
      }
      if view == nil {
        view = RoomView(room, after: to, showsTopics: false)
      } else {
        view?.gap(from: from, to: to, truth, who)
      }
    case "error": refused(frame)
    default: unexpected(frame)
    }
  }

  private func message(_ frame: String) {
    guard let id = Scan.id("id", frame), let item = truth.item(id, in: room),
      item.text == Scan.string("text", frame), item.user == Scan.string("user", frame)
    else { return unexpected(frame) }
    let isMine = waiting.first == item.text
    if isMine {
      truth.told(.stored(id, user: user), of: item.text)
      waiting.removeFirst()
    }
    // What it said before, or what is on disk though its outcome was unknown, moves nothing.
    if isMine, item.isHidden || id <= view?.cursor ?? 0 { return }
    if view == nil {
      let last = truth.items(in: room, after: 0, through: id.previous).last { !$0.isHidden && !$0.isTopic }
      if Scan.string("type", frame) == "message", let last, last.id > newestAtOpening {
        truth.fail("\(who): \(last.id) was not shown, before \(id)")
      }
      view = RoomView(room, after: id.previous, showsTopics: false)
    }
    view?.saw(id, .stored, truth, who)
  }

  private func refused(_ frame: String) {
    switch Scan.string("code", frame) {
    case "not-stored", "outcome-unknown":
      guard let text = waiting.first else { return unexpected(frame) }
      waiting.removeFirst()
      truth.told(frame.contains("not-stored") ? .refused : .unknown, of: text)
    case "history-unavailable": break
    default: unexpected(frame)
    }
  }

  private func closing(_ reason: String) {
    guard let id = Scan.after("resume after ", reason).flatMap({ Scan.id($0) }) else {
      return unexpected(reason)
    }
    view?.checkResume(after: id, truth, who)
    resume = (room, simulation.random.oneIn(2) ? id : max(id, view?.cursor ?? 0))
  }
}

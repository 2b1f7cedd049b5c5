import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor
import Traffic

extension WebSocketSession: Participant {
  func received(_ event: Event) {
    guard connection.isOpen else { return }
    switch event.kind {
    case .joined(let joining): open(joining)
    case .message, .repeated:
      send(mark: event.entryID.map(OutputMark.live)) {
        WebSocketFormat().encode(event, seenBy: .origin, into: &$0)
      }
      settleMessage()
    case .refused(let refusal):
      if refusal.verb == .enter { return refuseOpening(refusal.error) }
      door.shard.metrics.refused(refusal.error.code.rawValue)
      send { WebSocketFormat().encode(event, seenBy: .origin, into: &$0) }
      settleMessage()
    case .topic, .named, .opened, .closed, .parted, .renamed, .quit, .wanted: break
    }
  }

  private func settleMessage() {
    inFlight -= 1
    goOn()
  }

  func probe() {}

  func look(at now: Int64, _ timeouts: Keepalive.Timeouts) {
    guard connection.isOpen else { return }
    // Its answer may be in what is not read.
    if connection.isInputPaused { return keepalive.heard(at: now) }
    switch keepalive.look(at: now, timeouts) {
    case .wait: break
    case .ping: send { WebSocketEncoder.ping([], into: &$0) }
    case .gone: cutOff(.policyViolation, "ping timeout", isSlow: false)
    }
  }

  func shutDown() {
    if room == nil {
      if connection.isOpen { refuseOpening(ProtocolError(.shuttingDown, asked: "")) }
    } else {
      cutOff(.goingAway, "shutdown", isSlow: false)
    }
  }
}

extension WebSocketSession: RoomSubscriberSink {
  /// What was said after the join is no history, however it is read.
  func show(_ entry: Entry, mark: OutputMark) {
    // Topics have no frame.
    guard case .message(let message) = entry else { return }
    send(mark: mark) {
      WebSocketFrame.message(message, type: message.id <= newestAtJoin ? .history : .message, into: &$0)
    }
  }

  func showGap(in room: RoomID, from: Int64, to: Int64, mark: OutputMark) {
    send(mark: mark) { WebSocketFrame.gap(room: roomName.text, from: from, to: to, into: &$0) }
  }

  func continueWhenDrained() { connection.notifyWhenDrained() }

  func replayEnded(of rooms: [RoomID], at cursor: Int64) {
    phase = .live
    goOn()
  }

  func replayFailed(of rooms: [RoomID], after: Int64, _ error: LogError) {
    endReason = "history cannot be read"
    refuse(ProtocolError(error, asked: ""))
    close(.internalError, "history cannot be read; resume after \(after)")
  }
}

import ChatCore
import Delivery
import LineProtocol
import Reactor
import Traffic

extension LineSession: Participant {
  func received(_ event: Event) {
    switch event.kind {
    case .message, .repeated: settleMessage(event)
    case .refused(let refusal) where refusal.verb == .publish: settleMessage(event)
    case .refused, .topic, .named, .joined, .parted, .renamed, .quit:
      books.note(event)
      if case .parted(let parting) = event.kind { subscriber.leave(parting.room) }
      if connection.isOpen { happened(event) }
    case .opened, .closed, .wanted: break
    }
  }

  func probe() {
    if isProbed { return }
    isProbed = true
    connection.probePeer(for: LineSettings.probeSeconds)
    connection.reactor.after(milliseconds: LineSettings.probeMilliseconds) { [weak self] in
      self?.isProbed = false
      self?.connection.detectSilentPeer(within: LineSettings.silentPeerSeconds)
    }
  }

  /// Plain sessions that have a nick are left alone: a person with `nc` cannot answer a ping.
  func look(at now: Int64, _ timeouts: Keepalive.Timeouts) {
    guard connection.isOpen else { return }
    if connection.isInputPaused || (books.nick == nil && !isIdle) {
      // Its answer may be in what is not read; or it is the server that owes one.
      keepalive.heard(at: now)
    } else if books.nick == nil {
      if keepalive.lasts(timeouts.registration, at: now) {
        dismiss(.timeout, "no NICK came in time; connect again")
      }
    } else if let ping = dialect.ping(books) {
      switch keepalive.look(at: now, timeouts) {
      case .wait: break
      case .ping: say(ping)
      case .gone: dismiss(.timeout, "Ping timeout")
      }
    }
  }

  func shutDown() {
    endReason = "server is stopping"
    connection.cutOff { farewell(.shutdown, $0) }
    // A replay may wait for its turn, and nothing follows the farewell.
    leave()
  }
}

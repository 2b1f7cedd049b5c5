import ChatCore
import Delivery
import LineProtocol
import Reactor
import Traffic

extension LineSession: Participant {
  func received(_ event: Event) {
    note(event)
    if connection.isOpen { dialect.received(event, self) }
    switch event.kind {
    case .message, .repeated: settleMessage()
    case .refused(let refusal) where refusal.verb == .publish: settleMessage()
    case .refused, .topic, .named, .opened, .closed, .joined, .parted, .renamed, .quit, .wanted: break
    }
  }

  /// Keeps the session's books.
  private func note(_ event: Event) {
    switch event.kind {
    case .named(let nick, _): self.nick = nick
    case .renamed(let renaming): nick = renaming.new
    case .joined(let joining): rooms.append(JoinedRoom(id: joining.room, name: joining.name))
    case .parted(let parting): rooms.removeAll { $0.id == parting.room }
    case .message, .repeated, .topic, .opened, .closed, .quit, .refused, .wanted: break
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
    if connection.isInputPaused || (nick == nil && !isIdle) {
      // Its answer may be in what is not read; or it is the server that owes one.
      keepalive.heard(at: now)
    } else if nick == nil {
      if keepalive.lasts(timeouts.registration, at: now) {
        dismiss(.timeout, "no NICK came in time; connect again")
      }
    } else if dialect.canAnswerPings {
      switch keepalive.look(at: now, timeouts) {
      case .wait: break
      case .ping: dialect.ping(self)
      case .gone: dismiss(.timeout, "Ping timeout")
      }
    }
  }

  func shutDown() {
    endReason = "server is stopping"
    connection.cutOff { dialect.farewell(.shutdown, dropped: $0, self) }
  }
}

extension LineSession: ReplaySink {
  func show(_ entry: Entry, mark: OutputMark) { dialect.show(entry, mark: mark, self) }

  func showGap(from: Int64, to: Int64, mark: OutputMark) {
    if let replayRoom { dialect.showGap(replayRoom, from: from, to: to, mark: mark, self) }
  }

  func continueWhenDrained() { connection.notifyWhenDrained() }

  func replayEnded(at cursor: Int64) {
    replay = nil
    guard let room = replayRoom.take() else { return }
    dialect.replayEnded(room, at: cursor, self)
  }

  func replayFailed(_ error: LogError) {
    replay = nil
    guard let room = replayRoom.take() else { return }
    dialect.replayFailed(room, error, self)
  }
}

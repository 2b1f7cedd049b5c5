import ChatCore
import Delivery
import LineProtocol
import Reactor
import Synchronization
import Traffic

extension LineSession: ConnectionHandler {
  func receive(_ bytes: Span<UInt8>) -> Int {
    let now = connection.reactor.turnTime
    let allowance = throttle.allowance(at: now)
    var lines = 0
    let consumed = receive(bytes, &lines, allowance)
    if lines > 0 { keepalive.heard(at: now) }
    throttle.take(max(lines, asked), bytes: consumed, at: now)
    asked = 0
    return consumed
  }

  /// Takes at most `allowance` lines, and counts them.
  private func receive(_ bytes: Span<UInt8>, _ lines: inout Int, _ allowance: Int) -> Int {
    var offset = 0
    while connection.isOpen {
      if isSkippingLine {
        if lines >= allowance, !bytes.isEmpty {
          holdUp()
          return offset
        }
        guard let next = LineScanner.resume(in: bytes, from: offset) else { return bytes.count }
        isSkippingLine = false
        offset = next
      }
      switch LineScanner.next(in: bytes, from: offset) {
      case .line(let range, let next):
        if lines >= allowance {
          holdUp()
          return offset
        }
        let endsWithCRLF = next - range.upperBound == 2
        if dialect.receive(bytes.extracting(range), endsWithCRLF: endsWithCRLF, self) == .wait {
          waitForRoom()
          return offset
        }
        lines += 1
        offset = next
      case .needMore:
        if offset == 0, ForeignProtocol.detect(bytes) == .tls { refuse(.notLineProtocol, bytes) }
        dialect.inputPaused(self)
        return offset
      case .tooLong:
        dialect.inputPaused(self)
        if !isIdle {
          waitForRoom()
          return offset
        }
        switch dialect.refuseLongLine(self) {
        case .end: finish(reason: "line too long")
        case .skip: isSkippingLine = true
        }
      }
    }
    return bytes.count
  }

  private func waitForRoom() {
    connection.pauseInput()
    // What is in flight ends with an event of this session; if it is the log that is full, that says when it has room.
    if isIdle { shard.whenLogHasRoom { [weak self] in self?.goOn() } }
  }

  /// More comes than may: it waits, and who goes on like that for too long has to go, once all that was taken is answered.
  private func holdUp() {
    switch throttle.exceeded(by: nick?.text, at: connection.reactor.turnTime) {
    case .end(let wait) where isIdle:
      report("ended", "sent too fast for too long")
      dismiss(.tooFast, "sent too fast for too long; wait \(wait) s")
    case .end: connection.pauseInput()
    case .pause(let milliseconds): connection.pauseInput(milliseconds: milliseconds)
    }
  }

  private func report(_ measure: String, _ deed: String) {
    throttle.limiter.report(measure, nick?.text, deed, at: connection.reactor.turnTime)
  }

  /// Ends the session, with words that say why.
  func dismiss(_ code: ErrorCode, _ reason: String) {
    shard.metrics.refused(code.rawValue)
    dialect.dismiss(ProtocolError(code, asked: "", reason: reason), self)
    finish(reason: reason)
  }

  private func refuse(_ code: ErrorCode, _ bytes: Span<UInt8>) {
    let reason = ForeignProtocol.detect(bytes)?.reason
    shard.metrics.refused(code.rawValue)
    send { PlainEncoder.error(ProtocolError(code, asked: "", reason: reason), into: &$0) }
    finish(reason: "not the line protocol")
  }

  func inputEnded() {
    isEnding = true
    dialect.inputEnded(self)
    if isIdle { finish(reason: endReason) }
  }

  func outputDrained() {
    replay?.outputDrained()
    continuation.take()?()
  }

  func outputOverflowed() {
    shard.metrics.slowReaders.add(1, ordering: .relaxed)
    report("cut off", connection.cutOffReason)
    endReason = "slow reader"
    connection.cutOff { dialect.farewell(.slow, dropped: $0, self) }
    leave()
  }

  var heldBytes: Int { replay?.heldBytes ?? 0 }

  func closed() {
    throttle.limiter.leave(at: connection.reactor.turnTime)
    shard.metrics.lineConnections.subtract(1, ordering: .relaxed)
    leave()
  }

  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    unsafe bytes.firstIndex(of: 0x0A).map { $0 + 1 }
  }
}

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
    var units = 0
    let consumed = receive(bytes, &units, allowance)
    if units > 0 { keepalive.heard(at: now) }
    throttle.take(units, bytes: consumed, at: now)
    return consumed
  }

  /// Takes lines until they have cost `allowance` units, and counts these.
  private func receive(_ bytes: Span<UInt8>, _ units: inout Int, _ allowance: Int) -> Int {
    var offset = 0
    while connection.isOpen {
      if isSkippingLine {
        if units >= allowance, !bytes.isEmpty {
          holdUp()
          return offset
        }
        guard let next = LineScanner.resume(in: bytes, from: offset) else { return bytes.count }
        isSkippingLine = false
        offset = next
      }
      switch LineScanner.next(in: bytes, from: offset) {
      case .line(let range, let next):
        if units >= allowance {
          holdUp()
          return offset
        }
        let endsWithCRLF = next - range.upperBound == 2
        guard let cost = take(bytes.extracting(range), endsWithCRLF: endsWithCRLF) else {
          waitForRoom()
          return offset
        }
        units += cost
        offset = next
      case .needMore:
        if offset == 0, ForeignProtocol.detect(bytes) == .tls { refuse(.notLineProtocol, bytes) }
        linesPaused()
        return offset
      case .tooLong:
        linesPaused()
        if !isIdle {
          waitForRoom()
          return offset
        }
        decidePlain()
        let (step, next) = dialect.refuseLongLine(books)
        run(step)
        switch next {
        case .end: finish(reason: "line too long")
        case .skip: isSkippingLine = true
        }
      }
    }
    return bytes.count
  }

  private func waitForRoom() {
    connection.pauseInput()
    // What is in flight ends with an event of this session; if it is the log that is full, that says when it
    // has room.
    if isIdle { shard.whenLogHasRoom(for: id) { [weak self] in self?.goOn() } }
  }

  /// More comes than may: it waits, and who goes on like that for too long has to go, once all that was taken
  /// is answered.
  private func holdUp() {
    switch throttle.exceeded(by: books.nick?.text, at: connection.reactor.turnTime) {
    case .end(let wait) where isIdle:
      report("ended", "sent too fast for too long")
      dismiss(.tooFast, "sent too fast for too long; wait \(wait) s")
    case .end: connection.pauseInput()
    case .pause(let milliseconds): connection.pauseInput(milliseconds: milliseconds)
    }
  }

  private func report(_ measure: String, _ deed: String) {
    throttle.limiter.report(measure, books.nick?.text, deed, at: connection.reactor.turnTime)
  }

  /// Ends the session, with words that say why.
  func dismiss(_ code: ErrorCode, _ reason: String) {
    shard.metrics.refused(code.rawValue)
    decidePlain()
    say(dialect.dismissal(ProtocolError(code, asked: "", reason: reason), books))
    finish(reason: reason)
  }

  private func refuse(_ code: ErrorCode, _ bytes: Span<UInt8>) {
    let reason = ForeignProtocol.detect(bytes)?.reason
    shard.metrics.refused(code.rawValue)
    connection.output.append(PlainDialect().dismissal(ProtocolError(code, asked: "", reason: reason), books))
    finish(reason: "not the line protocol")
  }

  func inputEnded() {
    isEnding = true
    decidePlain()
    if isIdle { finish(reason: endReason) }
  }

  func outputDrained() {
    if subscriber.isReplaying { subscriber.outputDrained() } else { drained() }
  }

  func outputOverflowed() {
    shard.metrics.slowReaders.add(1, ordering: .relaxed)
    report("cut off", connection.cutOffReason)
    endReason = "slow reader"
    connection.cutOff { farewell(.slow, $0) }
    leave()
  }

  /// Only a replay holds any, and is a step that is waited for.
  var heldBytes: Int { progress.isIdle ? 0 : subscriber.heldBytes }

  func closed() {
    throttle.limiter.leave(at: connection.reactor.turnTime)
    shard.metrics.lineConnections.subtract(1, ordering: .relaxed)
    leave()
  }

  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    unsafe bytes.firstIndex(of: 0x0A).map { $0 + 1 }
  }
}

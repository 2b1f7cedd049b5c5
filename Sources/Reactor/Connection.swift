import CLinux
import Glibc

/// A stream socket on an event loop. Belongs to its loop's isolation and is not Sendable.
public final class Connection: Pollable {
  enum Phase { case open, finishing, lingering, closed }

  let descriptor: Int32
  public let output: Output
  public let reactor: Reactor
  /// Set right after the connection was made, before any event can reach it.
  public var handler: (any ConnectionHandler)?

  private(set) var phase = Phase.open
  private var unconsumed: [UInt8] = []
  private var isPaused = false
  /// A timer ends the pause.
  private var isPauseTimed = false
  /// The unconsumed bytes are to be offered again in this turn.
  private var isResuming = false
  private var inputHasEnded = false
  private var isEndTold = false
  private var interest: UInt32 = EVENT_IN

  init(descriptor: Int32, reactor: Reactor, outputLimit: Int) {
    self.descriptor = descriptor
    self.reactor = reactor
    output = Output(descriptor: descriptor, limit: outputLimit, queue: reactor.outputs)
    output.state.pointee.connection = self
  }

  /// True until the connection has begun to end: only then is input processed.
  public var isOpen: Bool { phase == .open }

  /// Told with ``ConnectionHandler/outputOverflowed()``: not its own bound was exceeded, but that of all
  /// connections of the loop together, and this one was among those that held most.
  public var isEvicted: Bool { output.isEvicted }

  // MARK: Input

  /// No input is offered: how long the peer has been quiet cannot be told.
  public var isInputPaused: Bool { isPaused }

  /// Why the connection is to be cut off, in words for the log.
  public var cutOffReason: String {
    isEvicted ? "holds most where all together hold more than --memory" : "does not read"
  }

  /// Offers no more input to the handler until ``resumeInput()``. What the peer sends meanwhile waits in the
  /// kernel, which slows the peer down by TCP's own flow control.
  public func pauseInput() { isPaused = true }

  /// Offers no more input for so long, unless ``resumeInput()`` comes before. During such a pause another one
  /// changes nothing.
  public func pauseInput(milliseconds: Int64) {
    isPaused = true
    if isPauseTimed { return }
    isPauseTimed = true
    reactor.after(milliseconds: milliseconds) { [weak self] in
      self?.isPauseTimed = false
      self?.resumeInput()
    }
  }

  /// Offers the unconsumed bytes again, later in this turn, and goes on reading.
  public func resumeInput() {
    guard isPaused, phase == .open else { return }
    isPaused = false
    isResuming = true
    reactor.resumed.append(self)
  }

  /// Called by the reactor for ``resumeInput()``.
  func offerAgain() {
    isResuming = false
    guard phase == .open, !isPaused, !output.isEvicted else { return }
    let bytes = unconsumed
    unconsumed = []
    if !bytes.isEmpty { offer(bytes.span) }
    updateInterest()
    tellEndIfDue()
  }

  func ready(_ events: UInt32) {
    if events & EVENT_OUT != 0 { flush() }
    if phase == .closed { return }
    if events & EVENT_IN != 0 { readable() }
    if phase != .closed, events & (EVENT_HUP | EVENT_ERR) != 0, interest & EVENT_IN == 0 {
      // Nothing more can be sent or received; with reading disarmed this is the only notice of it.
      close()
    }
  }

  private func readable() {
    if phase == .lingering { return discardInput() }
    if isPaused || phase != .open { return updateInterest(disarms: true) }
    // It is about to be cut off, and what it is answered would not be kept.
    if output.isEvicted { return }
    // What is there comes first, later in this turn. A handler that takes one unit a turn would be given ever
    // more otherwise.
    if isResuming { return }
    let scratch = reactor.scratch
    var room = scratch.count
    if reactor.outputs.isFarOverBudget {
      // Until those that hold most have given it back, units that came whole go on, and what has to be kept
      // waits in the kernel.
      if output.state.pointee.held > 0 { return }
      room = OutputQueue.blockSize
    }
    let count = recv(descriptor, scratch.baseAddress, room, 0)
    if count < 0 {
      if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR { return }
      return close()
    }
    if count == 0 {
      inputHasEnded = true
      updateInterest()
      return tellEndIfDue()
    }
    let bytes = UnsafeBufferPointer(rebasing: scratch[..<count])
    if unconsumed.isEmpty {
      offer(bytes.span)
    } else {
      var joined = unconsumed
      unconsumed = []
      joined.append(contentsOf: bytes)
      offer(joined.span)
    }
  }

  private func offer(_ bytes: Span<UInt8>) {
    guard let handler else { return }
    let consumed = handler.receive(bytes)
    if phase == .open, consumed < bytes.count {
      // Exactly the size: a session that waits with half a line should hold half a line.
      unconsumed = bytes.extracting(consumed...).withUnsafeBufferPointer { Array($0) }
    }
    accountForHeld()
  }

  private func accountForHeld() { output.hold(unconsumed.count + (handler?.heldBytes ?? 0)) }

  private func tellEndIfDue() {
    guard inputHasEnded, !isEndTold, !isPaused, !isResuming, phase == .open else { return }
    isEndTold = true
    unconsumed = []
    handler?.inputEnded()
  }

  // MARK: Output

  /// Lets the handler know, once, when everything appended so far has been taken by the kernel.
  public func notifyWhenDrained() {
    output.state.pointee.isDrainAwaited = true
    reactor.flushLater(output)
    accountForHeld()
  }

  /// Sends what was appended. Called by the reactor once a turn, or when the socket can take more.
  func flush() {
    if phase == .closed { return }
    if output.isEvicted {
      // Its turn to go comes. What it was shown together with others cannot stay where it is until then.
      if output.state.pointee.isSharing, reactor.outputs.isFarOverBudget { return giveWay() }
      return output.state.pointee.keepShared(sent: 0)
    }
    if output.isOverflowed, phase == .open { return outputOverflowed() }
    switch output.flush() {
    case .failed: return close()
    case .blocked: forgetSentUnits()
    case .drained:
      if phase == .finishing { return linger() }
      if output.state.pointee.isDrainAwaited {
        output.state.pointee.isDrainAwaited = false
        reactor.owesTurn = true
        handler?.outputDrained()
        accountForHeld()
      }
    }
    if phase == .closed { return }
    updateInterest()
  }

  /// The connection holds most of what is too much for all.
  func giveWay() {
    // One that ends already has said its last words, and they are what is too much.
    if phase == .open { outputOverflowed() } else { close() }
  }

  private func outputOverflowed() {
    handler?.outputOverflowed()
    accountForHeld()
    if phase != .closed { updateInterest() }
  }

  // MARK: Ending

  /// Sends what was appended, tells the peer that nothing follows, and closes. No more input is processed.
  /// Closes after `Reactor.farewellMilliseconds` even if the peer does not read. If not all was kept, the
  /// handler is told of the overflow instead, now, and has the connection cut off or closed.
  public func finish() {
    guard phase == .open else { return }
    if output.isOverflowed { return outputOverflowed() }
    beginToFinish()
  }

  private func beginToFinish() {
    phase = .finishing
    output.state.pointee.isDrainAwaited = true
    unconsumed = []
    reactor.flushLater(output)
    reactor.after(milliseconds: Reactor.farewellMilliseconds) { [weak self] in self?.close() }
    updateInterest()
  }

  /// Ends a connection whose peer may not read: what the kernel does not take now is dropped, but for the
  /// rest of the unit begun, and the farewell follows.
  ///
  /// `farewell` is given the marks of what is dropped, or was not kept any more, and returns the last bytes
  /// to send. It is not called when the connection is found to be lost.
  public func cutOff(farewell: (_ dropped: DroppedMarks) -> [UInt8]) {
    guard phase == .open else { return }
    // What was appended in this turn has not been offered yet. Who does not read enough is offered no more.
    if !output.isOverflowed, case .failed = output.flush() { return close() }
    let boundary = output.withBuffered { bytes, sent in
      var start = 0
      while start < sent, let length = handler?.unitLength(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      {
        start += length
      }
      return max(start, sent)
    }
    output.appendFarewell(farewell(output.dropUnsent(from: boundary)))
    output.settle()
    beginToFinish()
  }

  /// Closes at once. What was not sent is lost.
  public func close() {
    guard phase != .closed else { return }
    phase = .closed
    output.refuseMore()
    reactor.remove(self)
    Glibc.close(descriptor)
    handler?.closed()
    handler = nil
    unconsumed = []
  }

  /// A close with unread input would reset the connection, and the peer might lose our last words (RFC 9112
  /// §9.6). So: end our side, read what still comes until the peer ends its own, then close.
  private func linger() {
    phase = .lingering
    shutdown(descriptor, Int32(SHUT_WR))
    if inputHasEnded { return close() }
    updateInterest()
  }

  private func discardInput() {
    let scratch = reactor.scratch
    let count = recv(descriptor, scratch.baseAddress, scratch.count, 0)
    if count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)) { return }
    close()
  }

  /// Tells the kernel what to report. A pause disarms reading only when input arrives during it (`disarms`):
  /// most pauses are over before that, and cost no system call.
  private func updateInterest(disarms: Bool = false) {
    var wanted: UInt32 = 0
    let isRead = !isPaused || (interest & EVENT_IN != 0 && !disarms)
    if phase == .lingering || (phase == .open && isRead), !inputHasEnded { wanted |= EVENT_IN }
    if output.pendingBytes > 0 { wanted |= EVENT_OUT }
    if wanted == interest { return }
    interest = wanted
    reactor.changeInterest(of: self, to: wanted)
  }

  /// Frees what was sent to a slow peer, up to the beginning of the unit that is being sent.
  private func forgetSentUnits() {
    let count = output.withBuffered { bytes, sent in
      if sent < Reactor.keptSentBytes { return 0 }
      var start = 0
      while let length = handler?.unitLength(UnsafeRawBufferPointer(rebasing: bytes[start...])),
        start + length <= sent
      {
        start += length
      }
      return start
    }
    output.forgetSent(count)
  }
}

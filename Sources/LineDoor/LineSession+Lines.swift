import ChatCore
import Delivery
import LineProtocol
import Reactor

/// Lines: which dialect they are of, and whether their turn has come.
extension LineSession {
  /// Deals with one line. Returns its cost; nil if it has to wait until the session is idle again, or may
  /// send another message.
  func take(_ line: Span<UInt8>, endsWithCRLF: Bool) -> Int? {
    // The way of most lines.
    if detection.isSettled, books.registration != .plain || !Dialect.switchesToIRC(line) {
      return obey(line)
    }
    if books.registration == .plain {
      switch detection.weigh(line, hasNick: books.nick != nil) {
      case .irc:
        guard isIdle else { return nil }
        switchToIRC()
      case .hold:
        guard isIdle else { return nil }
        hold(line, endsWithCRLF)
      case .blank: break
      case .plain: decidePlain()
      }
    }
    while isIdle, let held = detection.nextHeld() { _ = obey(held.span) }
    return detection.hasHeld ? nil : obey(line)
  }

  private func obey(_ line: Span<UInt8>) -> Int? {
    guard progress.isIdle else { return nil }
    let (step, cost) = dialect.read(line, books)
    switch step {
    case .submit(let action):
      // The way of most messages.
      guard canPublish else { return nil }
      submit(action)
    case .done: break
    case .steps(let steps):
      guard steps.allSatisfy(\.isSubmit) ? canPublish : isIdle else { return nil }
      run(step)
    case .say, .refuse, .request, .ask, .read, .page, .goLive, .replay, .close, .door:
      guard isIdle else { return nil }
      run(step)
    }
    return cost
  }

  // MARK: The choice between the dialects

  private func hold(_ line: Span<UInt8>, _ endsWithCRLF: Bool) {
    if detection.hold(line, endsWithCRLF: endsWithCRLF, at: connection.reactor.now) { awaitDecision() }
  }

  private func awaitDecision() {
    connection.reactor.after(milliseconds: DialectChoice.timeout) { [weak self] in
      guard let self, connection.isOpen else { return }
      // The line that decides may be in what waits for an answer.
      if connection.isInputPaused { return awaitDecision() }
      linesPaused()
    }
  }

  /// All lines at hand have been read.
  func linesPaused() {
    if books.registration == .plain, detection.isOver(at: connection.reactor.now) { decidePlain() }
  }

  func decidePlain() {
    if books.registration != .plain { return }
    let bytes = detection.decidePlain(hasNick: books.nick != nil)
    if !bytes.isEmpty { connection.output.append(bytes) }
  }

  private func switchToIRC() {
    detection.decideIRC(hasNick: books.nick != nil)
    books.registration = .registering(hasUser: false)
    change(to: .irc([]))
  }
}

extension Step {
  fileprivate var isSubmit: Bool {
    if case .submit = self { true } else { false }
  }
}

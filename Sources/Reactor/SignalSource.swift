import CLinux
import Glibc

/// Signals as events of a loop (signalfd(2)).
public final class SignalSource: Pollable {
  private let descriptor: Int32
  private let received: (Int32) -> Void

  /// Keeps `signals` from their default action in this thread and in all that it starts later: call first
  /// thing in the program.
  public static func block(_ signals: [Int32]) {
    var set = set(of: signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The signals have to be blocked.
  public init(_ signals: [Int32], reactor: Reactor, received: @escaping (Int32) -> Void) throws(SystemError) {
    self.received = received
    var set = Self.set(of: signals)
    descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    if descriptor < 0 { throw SystemError("signalfd") }
    try reactor.watch(descriptor, for: EVENT_IN, self)
  }

  func ready(_ events: UInt32) {
    var info = signalfd_siginfo()
    while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size
    {
      received(Int32(info.ssi_signo))
    }
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}

import CLinux
import Glibc

/// Signals as something to poll for, instead of interruptions.
final class SignalDescriptor {
  let descriptor: Int32
  private var blocked = sigset_t()
  private var before = sigset_t()

  /// From here on the signals are held back for `next`.
  init(_ signals: [Int32]) {
    sigemptyset(&blocked)
    for signal in signals { sigaddset(&blocked, signal) }
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    descriptor = signalfd(-1, &blocked, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
  }

  deinit {
    // A signal that has come and is not read would be delivered as soon as it is no longer blocked.
    while next() != nil {}
    close(descriptor)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  /// A signal that has come, once for each.
  func next() -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    return read(descriptor, &information, size) == size ? Int32(information.ssi_signo) : nil
  }
}

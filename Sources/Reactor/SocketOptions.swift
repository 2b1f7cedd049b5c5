import CLinux
import Glibc

func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
  var value = value
  // Options only tune: a socket without one still works.
  _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}

extension Connection {
  /// Lets the kernel find out that the peer of an idle connection is gone without a word, in about `seconds`.
  public func detectSilentPeer(within seconds: Int32) {
    keepAlive(seconds, orGiveUpAfter: 0)
  }

  /// Finds out now: closes the connection if the peer acknowledges nothing for `seconds`. One that has
  /// stopped reading while there is something to send counts as gone too, for the kernel cannot tell the two
  /// apart (TCP_USER_TIMEOUT, tcp(7)).
  public func probePeer(for seconds: Int32) {
    keepAlive(seconds, orGiveUpAfter: seconds * 1000)
  }

  /// Closes at once with a reset, for a peer that would take an orderly end for the end of what it asked for.
  public func reset() {
    if phase == .closed { return }
    var abort = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  private func keepAlive(_ seconds: Int32, orGiveUpAfter milliseconds: Int32) {
    if phase == .closed { return }
    let interval = max(1, seconds / 4)
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, interval)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, interval)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, milliseconds)
  }
}

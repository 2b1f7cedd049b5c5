import CLinux
import Glibc

func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
  var value = value
  // Options only tune: a socket without one still works.
  _ = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}

extension Connection {
  /// Lets the kernel find out that the peer is gone without a word, in about `seconds`: keepalive probes while the connection is
  /// idle, a bound on unacknowledged data while it is not (tcp(7)).
  public func detectSilentPeer(within seconds: Int32) {
    let interval = max(1, seconds / 4)
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, interval)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, interval)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, seconds * 1000)
  }
}

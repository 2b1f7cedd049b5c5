import Glibc

/// Whom a connection comes from, as far as limits tell peers apart: an IPv4 address, or the first 64 bits of
/// an IPv6 address, for one host has all the rest (RFC 4291 §2.5.1).
public enum PeerAddress: Hashable, Sendable {
  case v4(UInt32)
  case v6(UInt64)
  /// Neither, as of a socket without addresses.
  case other
}

extension PeerAddress: CustomStringConvertible {
  /// `192.0.2.7`, `2001:db8:0:1::/64`.
  public var description: String {
    switch self {
    case .v4(let address):
      withUnsafeBytes(of: address) { $0.map { "\($0)" }.joined(separator: ".") }
    case .v6(let prefix):
      (0..<4).map { String((UInt64(bigEndian: prefix) >> (48 - 16 * $0)) & 0xFFFF, radix: 16) }
        .joined(separator: ":") + "::/64"
    case .other: "an unknown address"
    }
  }
}

extension SocketAddress {
  public var peer: PeerAddress {
    withSockaddr { address, length in
      let bytes = UnsafeRawBufferPointer(start: address, count: Int(length))
      switch family {
      case AF_INET where bytes.count >= MemoryLayout<sockaddr_in>.size:
        return .v4(bytes.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr)
      case AF_INET6 where bytes.count >= MemoryLayout<sockaddr_in6>.size:
        let offset = MemoryLayout.offset(of: \sockaddr_in6.sin6_addr) ?? 8
        return .v6(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      default: return .other
      }
    }
  }
}

import CLinux
import Glibc

/// An Internet address with a port, as the kernel has it.
public struct SocketAddress: Sendable, CustomStringConvertible {
  private var storage: sockaddr_storage
  private var length: socklen_t

  /// Every address that `host` (a name or a numeric address; `*` for all) and `port` stand for.
  public static func resolve(host: String, port: UInt16) throws(AddressError) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host == "*" ? nil : host, String(port), &hints, &list)
    guard code == 0 else { throw AddressError(host: host, reason: String(cString: gai_strerror(code))) }
    defer { freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var entry = list
    while let info = entry {
      if let address = info.pointee.ai_addr {
        found.append(SocketAddress(copying: address, length: info.pointee.ai_addrlen))
      }
      entry = info.pointee.ai_next
    }
    return found
  }

  init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
    storage = sockaddr_storage()
    self.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
    withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(self.length)))
    }
  }

  /// Lets `body` (getsockname, accept) fill in an address.
  init?(filledBy body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Bool) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let isFilled = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
    guard isFilled else { return nil }
    self.storage = storage
    self.length = length
  }

  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  /// Reached from this machine only (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
  public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

  /// The numeric host, without brackets.
  public var host: String { name.host }

  /// `127.0.0.1:6667`, `[::1]:6667`.
  public var description: String {
    let (host, port) = name
    return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private var name: (host: String, port: String) {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let code = withSockaddr { address, length in
      getnameinfo(
        address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
        NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard code == 0 else { return ("unknown", "0") }
    return (text(host), text(port))
  }
}

private func text(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A host that stands for no address.
public struct AddressError: Error, CustomStringConvertible {
  public let host: String
  public let reason: String
  public var description: String { "cannot resolve \(host): \(reason)" }
}

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

/// What a client and the server have agreed on with CAP (IRCv3 capability negotiation, version 302).
struct IRCNegotiation: Equatable {
  private(set) var enabled: IRCCapabilities = []
  /// The version asked for with `CAP LS`; the highest counts.
  private(set) var version = 301

  /// `CAP LS [version]`
  mutating func list(version text: String?) {
    version = max(version, text.flatMap(Int.init) ?? 0)
    if version >= 302 { enabled.insert(.capNotify) }
  }

  /// `CAP REQ`: names, those with a `-` to be taken away. All of them are changed, or none: then false.
  mutating func request(_ list: String) -> Bool {
    var wanted = enabled
    for word in list.split(separator: " ") {
      let isRemoval = word.utf8.first == UInt8(ascii: "-")
      guard let capability = IRCCapabilities.named(isRemoval ? word.dropFirst() : word) else { return false }
      if isRemoval { wanted.subtract(capability) } else { wanted.formUnion(capability) }
    }
    // cap-notify goes with version 302 and cannot be taken away.
    if version >= 302, !wanted.contains(.capNotify) { return false }
    enabled = wanted
    return true
  }
}

import LineProtocol

/// What each kind of option value looks like.
enum Values {
  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String
  ) throws(InvalidValue) -> Choice {
    guard let choice = Choice(rawValue: text) else {
      throw InvalidValue(expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  static func onOff(_ text: String) throws(InvalidValue) -> Bool {
    switch text {
    case "on": true
    case "off": false
    default: throw InvalidValue(expected: "on or off")
    }
  }

  /// A time to keep messages, in milliseconds: a whole number of seconds, minutes, hours or days.
  static func age(_ text: String) throws(InvalidValue) -> Int64? {
    let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = text.last.flatMap({ units[$0] }), text.utf8.dropLast().allSatisfy({ 0x30...0x39 ~= $0 }),
      let count = Int64(text.dropLast()), 1...36_500 ~= count
    else { throw InvalidValue(expected: "a number from 1 to 36500 with s, m, h or d, such as 30d") }
    return count * unit
  }

  static func messagesKept(_ text: String) throws(InvalidValue) -> Int? {
    guard let count = Int(text), count > 0 else { throw InvalidValue(expected: "a number above 0") }
    return count
  }

  static func path(_ text: String) throws(InvalidValue) -> String {
    guard !text.isEmpty, !text.utf8.contains(0) else { throw InvalidValue(expected: "a path") }
    return text
  }

  static func addressOrOff(_ text: String) throws(InvalidValue) -> Address? {
    if text == "off" { return nil }
    do {
      return try Address(parsing: text)
    } catch {
      throw InvalidValue(expected: error.expected + ", or off")
    }
  }

  /// An address that one can connect to.
  static func remoteAddress(_ text: String) throws(InvalidValue) -> Address {
    let expected = "HOST:PORT, such as 127.0.0.1:6667 or [::1]:6667"
    guard let address = try? Address(parsing: text), address.port > 0, !address.isEveryAddress else {
      throw InvalidValue(expected: expected)
    }
    return address
  }

  static func nick(_ text: String) throws(InvalidValue) -> Nick {
    do { return try Nick(text) } catch { throw InvalidValue(expected: "a nick; \(error.reason)") }
  }

  static func room(_ text: String) throws(InvalidValue) -> RoomName {
    do { return try RoomName(text) } catch { throw InvalidValue(expected: "a room; \(error.reason)") }
  }

  /// `*`, or names separated by commas, of which a room's name has none.
  static func agentRooms(_ text: String) throws(InvalidValue) -> ServerConfiguration.AgentRooms {
    if text == "*" { return .all }
    var rooms: [RoomName] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      do {
        rooms.append(try room(trimmed(name)))
      } catch {
        throw InvalidValue(
          expected: "rooms separated by commas, or '*' for all; '\(name)' is not \(error.expected)")
      }
    }
    return .named(rooms)
  }

  /// 0 or greater, in decimal.
  static func messageID(_ text: String) throws(InvalidValue) -> MessageID? {
    guard let id = MessageID(text) else { throw InvalidValue(expected: "a message's id, 0 or greater") }
    return id
  }

  static func loops(_ text: String) throws(InvalidValue) -> Int? {
    guard let number = integer(text), 1...64 ~= number else {
      throw InvalidValue(expected: "a whole number from 1 to 64")
    }
    return number
  }

  static func number(in bounds: ClosedRange<Int>) -> @Sendable (String) throws(InvalidValue) -> Int? {
    { (text) throws(InvalidValue) in
      guard let number = integer(text), bounds.contains(number) else {
        throw InvalidValue(
          expected: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
      }
      return number
    }
  }

  /// Milliseconds, from 0.1 to 3600 seconds with at most three decimals.
  static func seconds(_ text: String) throws(InvalidValue) -> Int64 {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? parts[1] : "0"
    guard let whole = integer(parts[0]), whole <= 3600, 1...3 ~= decimals.count,
      let fraction = integer(decimals + String(repeating: "0", count: 3 - decimals.count)),
      100...3_600_000 ~= whole * 1000 + fraction
    else { throw InvalidValue(expected: "seconds from 0.1 to 3600, such as 5 or 0.5") }
    return Int64(whole * 1000 + fraction)
  }

  static func rateLimit(_ text: String) throws(InvalidValue) -> ServerConfiguration.RateLimit {
    if text == "off" { return .off }
    let digits = text.hasSuffix("/s") ? text.dropLast(2) : text[...]
    guard let number = integer(digits), 1...1_000_000 ~= number else {
      throw InvalidValue(expected: "off or messages per second, from 1 to 1000000")
    }
    return .perSecond(number)
  }

  /// From 1 to 10⁹.
  static func count(_ text: String) throws(InvalidValue) -> Int {
    guard let number = integer(text), 1...1_000_000_000 ~= number else {
      throw InvalidValue(expected: "a whole number from 1 to 1000000000")
    }
    return number
  }

  /// A time such as `500ms`, `90s`, `5m` or `1h`, from 100 milliseconds to a day.
  static func milliseconds(_ text: String) throws(InvalidValue) -> Int64 {
    let expected = InvalidValue(expected: "a time from 100ms to 24h, such as 500ms, 90s, 5m or 1h")
    let units: [(String, Int)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
    guard let (suffix, unit) = units.first(where: { text.hasSuffix($0.0) }),
      let number = integer(text.dropLast(suffix.count)), number <= 86_400_000,
      100...86_400_000 ~= number * unit
    else { throw expected }
    return Int64(number * unit)
  }

  /// From 64 KiB to 1 GiB.
  static func sendQueue(_ text: String) throws(InvalidValue) -> Int {
    guard let bytes = bytes(text, units: "km"), (64 << 10)...(1 << 30) ~= bytes else {
      throw InvalidValue(expected: "bytes from 64k to 1024m, such as 65536, 512k or 1m")
    }
    return bytes
  }

  /// From 16 MiB to 1 TiB.
  static func memory(_ text: String) throws(InvalidValue) -> Int? {
    guard let bytes = bytes(text, units: "kmg"), (16 << 20)...(1 << 40) ~= bytes else {
      throw InvalidValue(expected: "bytes from 16m to 1024g, such as 256m or 2g")
    }
    return bytes
  }

  /// A number of bytes; a letter of `units` after it multiplies by 1024, 1024² and so on.
  private static func bytes(_ text: String, units: String) -> Int? {
    let unit =
      text.last?.lowercased().first.flatMap { units.firstIndex(of: $0) }
      .map { 1024 << (10 * units.distance(from: units.startIndex, to: $0)) } ?? 1
    guard let number = integer(unit == 1 ? text[...] : text.dropLast()) else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : bytes
  }

  /// The prefix of an IRC message ends at a space, and `!` and `@` divide it (RFC 2812, 2.3.1), so a server
  /// name has none.
  static func serverName(_ text: String) throws(InvalidValue) -> String {
    let isAllowed: (UInt8) -> Bool = {
      $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || isAlphanumeric($0)
    }
    guard 1...63 ~= text.utf8.count, text.utf8.allSatisfy(isAllowed) else {
      throw InvalidValue(expected: "1 to 63 letters, digits, dots and dashes")
    }
    return text
  }

  /// Stands in one word of IRC's greeting (NETWORK= in 005).
  static func networkName(_ text: String) throws(InvalidValue) -> String {
    guard 1...63 ~= text.utf8.count,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") })
    else { throw InvalidValue(expected: "one word of 1 to 63 ASCII characters without '='") }
    return text
  }

  /// A name as `Host` has it, without the port (RFC 952 and RFC 1123 §2.1, and the `_` that local networks
  /// use).
  static func hostName(_ text: String) throws(InvalidValue) -> String {
    let labels = (text.hasSuffix(".") ? text.dropLast() : text[...])
      .split(separator: ".", omittingEmptySubsequences: false)
    let isAllowed: (UInt8) -> Bool = {
      $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || isAlphanumeric($0)
    }
    guard text.utf8.count <= 254,
      labels.allSatisfy({ 1...63 ~= $0.utf8.count && $0.utf8.allSatisfy(isAllowed) })
    else {
      throw InvalidValue(
        expected:
          "a name without scheme, port and path, such as chat.example.org (addresses are always allowed)")
    }
    return labels.joined(separator: ".").lowercased()
  }

  /// As a browser writes it: scheme, host, and the port unless it is the scheme's own (RFC 6454, 6.2).
  static func origin(_ text: String) throws(InvalidValue) -> String {
    let lowered = text.lowercased()
    let authority =
      ["http://", "https://"].first(where: lowered.hasPrefix).map { lowered.dropFirst($0.count) } ?? ""
    guard !authority.isEmpty, authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      !authority.contains(where: { "/?#@,".contains($0) })
    else { throw InvalidValue(expected: "an origin without a path, such as https://example.org") }
    return lowered
  }

  /// Digits only: the standard library also takes a sign.
  static func integer(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}

import LineProtocol

extension RoomName {
  /// The room that is meant where none is named.
  static let standard = constant { () throws(NameError) in try RoomName("default") }
}

extension Nick {
  /// The agent's name unless it is given another.
  static let agent = constant { () throws(NameError) in try Nick("mock-ai") }

  /// Who speaks when nobody says who.
  static let anonymous = constant { () throws(NameError) in try Nick("anonymous") }

  /// The nick nearest to a name of the system: what the grammar does not allow is left out.
  init(nearestTo name: String) {
    let allowed = name.unicodeScalars.filter { (try? Nick("a\($0)")) != nil }
    let letters = String(
      String.UnicodeScalarView(allowed.drop { (try? Nick(String($0))) == nil }.prefix(Limits.nick)))
    self = (try? Nick(letters)) ?? .anonymous
  }
}

/// A name written in this file.
private func constant<Name>(_ name: () throws(NameError) -> Name) -> Name {
  do { return try name() } catch { preconditionFailure("a name in the source is no name: \(error.reason)") }
}

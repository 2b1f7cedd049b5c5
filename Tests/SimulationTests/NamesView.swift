/// Who is in a room, as far as a session can know from what it is shown; checked against each list of names.
struct NamesView {
  /// Absent: it is not known.
  private var isThere: [String: Bool] = [:]
  /// Who came or went while a list was on its way.
  private var touched: Set<String> = []

  mutating func came(_ name: String) { set(name, true) }
  mutating func went(_ name: String) { set(name, false) }

  /// A change of name is one in each room that the old name was in, and nobody else has either.
  mutating func renamed(_ old: String, _ new: String) {
    let (old, new) = (old.lowercased(), new.lowercased())
    let wasThere = isThere[old]
    if old != new {
      isThere[old] = false
      isThere[new] = wasThere
    }
    touched.formUnion([old, new])
  }

  /// To a plain session its own change of name does not say where others keep the old one.
  mutating func renamedItself(_ old: String, _ new: String) {
    for name in [old.lowercased(), new.lowercased()] {
      isThere[name] = nil
      touched.insert(name)
    }
  }

  mutating func forget() { isThere = [:] }

  private mutating func set(_ name: String, _ value: Bool) {
    isThere[name.lowercased()] = value
    touched.insert(name.lowercased())
  }

  /// The list that comes is made from here on.
  mutating func isAsked() { touched = [] }

  mutating func check(_ names: [String], _ truth: Truth, _ who: @autoclosure () -> String) {
    let listed = Set(names.map { $0.lowercased() })
    // Whoever went and came again while the list was on its way has a new place in it.
    var seen: Set<String> = []
    for name in names.map({ $0.lowercased() }) where !seen.insert(name).inserted && !touched.contains(name) {
      truth.fail("\(who()): \(name) is listed twice: \(names)")
    }
    for (name, isThere) in isThere.sorted(by: { $0.key < $1.key }) where !touched.contains(name) {
      if isThere != listed.contains(name) {
        truth.fail("\(who()): \(name) is \(isThere ? "" : "not ")there, and the names are \(names)")
      }
    }
    for name in listed where !touched.contains(name) { isThere[name] = true }
    // Whoever came while the list was made may be missing in it, and is known by his coming.
    for name in isThere.keys where !touched.contains(name) && !listed.contains(name) { isThere[name] = false }
    touched = []
  }
}

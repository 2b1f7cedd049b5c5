import HTTPProtocol
import LineProtocol

extension HTTPQuery {
  /// The value of `name`, or nil; throws 422 when there are several.
  func single(_ name: String) throws(Problem) -> String? {
    var found: String?
    for item in items where item.name == name {
      if found != nil { throw .invalid(name, "\(name) is given more than once.") }
      found = item.value
    }
    return found
  }

  /// The number that `name` is given, or nil.
  func number(_ name: String, _ range: ClosedRange<Int64>) throws(Problem) -> Int64? {
    guard let text = try single(name) else { return nil }
    // Int64.init takes a sign.
    guard text.utf8.allSatisfy(ASCII.isDigit), let number = Int64(text), range.contains(number) else {
      let bounds =
        range.upperBound == .max
        ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw .invalid(name, "\(name) is a decimal number \(bounds).")
    }
    return number
  }

  /// `after`: an id that was given, 0 for the beginning.
  func after(lastID: Int64) throws(Problem) -> Int64? {
    guard let after = try number("after", 0...Int64.max) else { return nil }
    if after > lastID { throw Problem(.futureID, ErrorCode.futureID.reason) }
    return after
  }
}

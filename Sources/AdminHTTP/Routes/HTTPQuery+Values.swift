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
      throw .invalid(
        name, "\(name) is a decimal number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  /// The id that `name` is given, 0 for the beginning, or nil.
  func id(_ name: String) throws(Problem) -> MessageID? {
    guard let text = try single(name) else { return nil }
    guard let id = MessageID(text) else { throw .invalid(name, "\(name) is a decimal number of at least 0.") }
    return id
  }

  /// `after`: an id that was given, 0 for the beginning.
  func after(lastID: MessageID) throws(Problem) -> MessageID? {
    guard let after = try id("after") else { return nil }
    if after > lastID { throw Problem(.futureID, ErrorCode.futureID.reason) }
    return after
  }
}

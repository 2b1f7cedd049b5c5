/// The words of a text: runs of letters, digits and apostrophes, in lower case.
enum Words {
  static func of(_ text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "'") }.map { $0.lowercased() }
  }
}

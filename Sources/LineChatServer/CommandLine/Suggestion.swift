/// The name that was probably meant, or nil when none is close: at most two edits away and half its letters.
func nearest(to word: String, among names: [String]) -> String? {
  let candidates = names.map { (name: $0, distance: editDistance(word.lowercased(), $0)) }
  guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
  let letters = best.name.filter(\.isLetter).count
  return best.distance <= 2 && best.distance * 2 <= letters ? best.name : nil
}

/// The insertions, removals and replacements of one character that turn `a` into `b` (Levenshtein distance).
private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (character == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}

/// Names in their order, each once: what long lists are read from page by page.
///
/// Kept in chunks, so that a name more or less moves a few hundred others and not all: with a million names that takes about
/// as many steps as with a thousand.
struct SortedNames<Name: Comparable & Sendable>: Sendable {
  /// A chunk with more names than this, exclusive, is cut in halves.
  static var longestChunk: Int { 512 }

  /// None is empty.
  private var chunks: [[Name]] = []

  init() {}

  /// `names`: in any order, each once.
  init(_ names: some Sequence<Name>) {
    let sorted = names.sorted()
    for start in stride(from: 0, to: sorted.count, by: Self.longestChunk / 2) {
      chunks.append(Array(sorted[start..<min(start + Self.longestChunk / 2, sorted.count)]))
    }
  }

  /// Adds a name; nothing happens if it is there.
  mutating func insert(_ name: Name) {
    if chunks.isEmpty { return chunks.append([name]) }
    let index = min(chunkIndex(notBefore: name), chunks.count - 1)
    let place = chunks[index].partitioningIndex { $0 >= name }
    if place < chunks[index].count, chunks[index][place] == name { return }
    chunks[index].insert(name, at: place)
    if chunks[index].count > Self.longestChunk {
      let half = chunks[index].count / 2
      chunks.insert(Array(chunks[index][half...]), at: index + 1)
      chunks[index].removeSubrange(half...)
    }
  }

  /// Takes a name away; nothing happens if it is not there.
  mutating func remove(_ name: Name) {
    let index = chunkIndex(notBefore: name)
    guard index < chunks.count else { return }
    let place = chunks[index].partitioningIndex { $0 >= name }
    guard chunks[index][place] == name else { return }
    chunks[index].remove(at: place)
    if chunks[index].isEmpty { chunks.remove(at: index) }
  }

  /// The first names after `name`, or of all; at most `limit`, which is at least 1.
  func page(after name: Name?, limit: Int) -> Page<Name> {
    var names: [Name] = []
    let first = name.map { chunkIndex(notBefore: $0) } ?? 0
    for chunk in chunks[first...] {
      // Only the first chunk has names that are not after it.
      let start = name.flatMap { name in names.isEmpty ? chunk.partitioningIndex { $0 > name } : nil } ?? 0
      names += chunk[start...].prefix(limit + 1 - names.count)
      if names.count > limit { return Page(elements: Array(names.prefix(limit)), hasMore: true) }
    }
    return Page(elements: names, hasMore: false)
  }

  /// The first chunk whose last name is `name` or one after it.
  private func chunkIndex(notBefore name: Name) -> Int {
    chunks.partitioningIndex { chunk in chunk.last.map { $0 >= name } ?? true }
  }
}

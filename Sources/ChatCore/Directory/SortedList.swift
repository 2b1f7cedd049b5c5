/// Elements in their order, each once: what long lists are read from page by page.
///
/// Kept in chunks, so that an element more or less moves a few hundred others and not all: with a million of
/// them that takes about as many steps as with a thousand.
struct SortedList<Element: Comparable & Sendable>: Sendable {
  /// A chunk with more elements than this, exclusive, is cut in halves.
  static var longestChunk: Int { 512 }

  /// None is empty.
  private var chunks: [[Element]] = []
  private(set) var count = 0

  init() {}

  /// `elements`: in any order, each once.
  init(_ elements: some Sequence<Element>) {
    let sorted = elements.sorted()
    count = sorted.count
    for start in stride(from: 0, to: sorted.count, by: Self.longestChunk / 2) {
      chunks.append(Array(sorted[start..<min(start + Self.longestChunk / 2, sorted.count)]))
    }
  }

  /// Adds an element; nothing happens if it is there.
  mutating func insert(_ element: Element) {
    if chunks.isEmpty {
      count = 1
      return chunks.append([element])
    }
    let index = min(firstChunk(with: { $0 >= element }), chunks.count - 1)
    let place = chunks[index].partitioningIndex { $0 >= element }
    if place < chunks[index].count, chunks[index][place] == element { return }
    chunks[index].insert(element, at: place)
    count += 1
    if chunks[index].count > Self.longestChunk {
      let half = chunks[index].count / 2
      chunks.insert(Array(chunks[index][half...]), at: index + 1)
      chunks[index].removeSubrange(half...)
    }
  }

  /// Takes an element away; nothing happens if it is not there.
  mutating func remove(_ element: Element) {
    let index = firstChunk(with: { $0 >= element })
    guard index < chunks.count else { return }
    let place = chunks[index].partitioningIndex { $0 >= element }
    guard chunks[index][place] == element else { return }
    chunks[index].remove(at: place)
    count -= 1
    if chunks[index].isEmpty { chunks.remove(at: index) }
  }

  /// The first elements after `element`, or of all; at most `limit`, which is at least 1.
  func page(after element: Element?, limit: Int) -> Page<Element> {
    guard let element else { return page(limit: limit) { _ in true } }
    return page(limit: limit) { $0 > element }
  }

  /// The first of the elements for which `isLater` holds, which are all those at the end; at most `limit`,
  /// which is at least 1.
  func page(limit: Int, where isLater: (Element) -> Bool) -> Page<Element> {
    var page: [Element] = []
    for chunk in chunks[firstChunk(with: isLater)...] {
      // Only the first chunk has elements that are not.
      let start = page.isEmpty ? chunk.partitioningIndex(where: isLater) : 0
      page += chunk[start...].prefix(limit + 1 - page.count)
      if page.count > limit { return Page(elements: Array(page.prefix(limit)), hasMore: true) }
    }
    return Page(elements: page, hasMore: false)
  }

  /// The first chunk with an element for which `isLater` holds.
  private func firstChunk(with isLater: (Element) -> Bool) -> Int {
    chunks.partitioningIndex { chunk in chunk.last.map(isLater) ?? true }
  }
}

extension RandomAccessCollection {
  /// Where the elements begin for which `isSecond` holds, in a collection that has all of them at its end.
  /// Takes log₂(count) steps.
  @inlinable
  package func partitioningIndex(where isSecond: (Element) -> Bool) -> Index {
    var (low, count) = (startIndex, count)
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if isSecond(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}

/// A part of a list that may be long.
package struct Page<Element: Sendable>: Sendable {
  package let elements: [Element]
  /// More follow.
  package let hasMore: Bool

  package init(elements: [Element], hasMore: Bool) {
    self.elements = elements
    self.hasMore = hasMore
  }

  func compactMap<Other>(_ transform: (Element) -> Other?) -> Page<Other> {
    Page<Other>(elements: elements.compactMap(transform), hasMore: hasMore)
  }
}

/// A part of a list that may be long.
public struct Page<Element: Sendable>: Sendable {
  public let elements: [Element]
  /// More follow.
  public let hasMore: Bool

  public init(elements: [Element], hasMore: Bool) {
    self.elements = elements
    self.hasMore = hasMore
  }

  func compactMap<Other>(_ transform: (Element) -> Other?) -> Page<Other> {
    Page<Other>(elements: elements.compactMap(transform), hasMore: hasMore)
  }
}

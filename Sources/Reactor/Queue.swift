/// Elements that come in at the end and go at the front, each in constant time on the average.
///
/// An array and the index of its first element: at most half of the array is past, so that moving the rest
/// costs each element one step.
public struct Queue<Element> {
  @usableFromInline var storage: [Element] = []
  @usableFromInline var head = 0

  @inlinable public init() {}

  @inlinable public var count: Int { storage.count - head }
  @inlinable public var isEmpty: Bool { head == storage.count }

  /// The next that goes; nil when there is none.
  @inlinable public var first: Element? { head < storage.count ? storage[head] : nil }

  /// All of them, in order.
  @inlinable public var elements: ArraySlice<Element> { storage[head...] }

  @inlinable public mutating func append(_ element: Element) { storage.append(element) }

  /// Takes the first; nil when there is none. A queue that is empty then keeps memory for no more than
  /// `keptCapacity` elements.
  @inlinable public mutating func popFirst(keptCapacity: Int = .max) -> Element? {
    guard head < storage.count else { return nil }
    let element = storage[head]
    head += 1
    if head == storage.count {
      storage.removeAll(keepingCapacity: head <= keptCapacity)
      head = 0
    } else if head * 2 >= storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Changes each of them, in order.
  @inlinable public mutating func update(_ change: (inout Element) -> Void) {
    for index in head..<storage.count { change(&storage[index]) }
  }
}

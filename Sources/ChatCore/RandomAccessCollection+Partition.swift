extension RandomAccessCollection {
  /// Where the elements begin for which `isSecond` holds, in a collection that has all of them at its end. Takes log₂(count) steps.
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

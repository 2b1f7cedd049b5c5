/// Names one room: what rooms are called between state, log and loops of one node. Given in the order of their making, kept on disk, never used again.
package struct RoomID: Hashable, Sendable {
  package let number: Int64

  package init(_ number: Int64) { self.number = number }
}

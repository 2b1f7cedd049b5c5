/// Names one session (a connection that takes part in the chat, on any door) for as long as its node runs, among those of all nodes.
///
/// On one node, node and incarnation are 0. They are part of the name because an event of another node's loop 0, serial 5 must not
/// answer a session of this one.
package struct SessionID: Hashable, Sendable {
  /// The process that the session is connected to.
  package let node: UInt16
  /// The event loop of that process that the session's connection lives on.
  package let loop: UInt16
  /// Which of the runs of that process it is: rises with each start.
  package let incarnation: UInt32
  /// Counts the sessions of that loop from 1; never used again in one incarnation.
  package let serial: UInt64

  package init(node: UInt16 = 0, loop: UInt16, incarnation: UInt32 = 0, serial: UInt64) {
    self.node = node
    self.loop = loop
    self.incarnation = incarnation
    self.serial = serial
  }

  /// Whether both are sessions of one loop of one run of a process.
  package func isBeside(_ other: SessionID) -> Bool {
    node == other.node && loop == other.loop && incarnation == other.incarnation
  }
}

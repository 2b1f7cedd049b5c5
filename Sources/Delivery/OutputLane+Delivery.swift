package import LineProtocol
package import Reactor

extension OutputLane {
  /// Entries that are shown when they are made, and acknowledgements of own messages, by id.
  package static let live = OutputLane(0)

  /// What the replay of this number shows, by id. Each replay of a session has a lane of its own, as its ids
  /// are not above those of the one before.
  package static func replay(_ number: UInt32) -> OutputLane { OutputLane(number) }
}

extension OutputMark {
  package static func live(_ id: MessageID) -> OutputMark { OutputMark(.live, at: id) }

  package init(_ lane: OutputLane, at id: MessageID) { self.init(lane, id.number) }
}

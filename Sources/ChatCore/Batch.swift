/// Events that the log has dealt with in one step, in order: what is stored is on disk.
public struct Batch: Sendable {
  public let events: [Event]

  public init(events: [Event]) { self.events = events }
}

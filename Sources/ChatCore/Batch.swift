/// Events that were dealt with in one step, in order: the entries among them are on disk.
package struct Batch: Sendable {
  package let events: [Event]

  package init(events: [Event]) { self.events = events }
}

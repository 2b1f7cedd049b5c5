/// What the hub makes of a request.
public enum Decision: Sendable {
  /// Nothing changes; the session gets this answer.
  case reply(Reply)
  /// This happens; the outcome comes back with the event. A case of its own, because it is what nearly all requests come to.
  case event(Event)
  /// All this happens, in this order.
  case events([Event])
}

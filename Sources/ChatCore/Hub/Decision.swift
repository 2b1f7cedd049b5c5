/// What the hub makes of a request.
public enum Decision: Sendable {
  /// Nothing changes; the session gets this answer.
  case reply(Reply)
  /// This happens, in this order; the outcome comes back with the events.
  case events([Event])
}

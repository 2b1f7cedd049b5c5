/// The versions this server speaks. A later 1.x counts as 1.1 (RFC 9110 §2.5).
public enum HTTPVersion: Equatable, Sendable {
  case http10, http11
}

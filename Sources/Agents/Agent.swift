package import LineProtocol

/// Something that reads rooms and answers in them.
package protocol Agent: Sendable {
  /// The answer to a message of a user, nil for none. Never called for what an agent said.
  func answer(to message: Message) async -> String?
}

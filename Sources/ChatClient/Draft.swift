/// A text to be sent as one message, of one line.
struct Draft: Equatable, Sendable {
  let text: String
  /// The line of the input it came from, from 1.
  var inputLine = 1
}

import HTTPProtocol

/// A request that is being answered: what its answer depends on, and how far it is.
struct HTTPAnswering {
  let keepAlive: Bool
  let headOnly: Bool
  var version = HTTPVersion.http11
  /// What the answer says about the pages that may read it.
  var sharing: [HTTPResponse.Field] = []
  /// There is a head at least.
  var hasBegun = false
  /// How the parts of a long answer are sent that has begun.
  var framing: HTTPFraming?
  /// Nothing is added to the answer any more.
  var isComplete = false
}

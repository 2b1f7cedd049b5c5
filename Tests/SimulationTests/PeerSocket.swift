import Glibc

/// The client's end of a connection: bytes that wait to be written, and bytes that were read.
final class PeerSocket {
  private let descriptor: Int32
  private let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
  private(set) var outgoing: [UInt8] = []
  private(set) var incoming: [UInt8] = []
  private(set) var hasEnded = false
  /// How many bytes were read.
  private(set) var received = 0
  /// The last words of the server have come.
  var hasFarewell = false
  private var isClosed = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    close()
    scratch.deallocate()
  }

  func send(_ text: String) { outgoing += text.utf8 }
  func send(_ bytes: [UInt8]) { outgoing += bytes }

  /// Writes up to `count` bytes, cut wherever that is.
  func write(_ count: Int) {
    if outgoing.isEmpty || isClosed { return }
    let written = Glibc.send(
      descriptor, outgoing, min(count, outgoing.count), Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    if written > 0 { outgoing.removeFirst(written) }
    if written < 0, errno == EPIPE || errno == ECONNRESET { outgoing = [] }
  }

  func read(_ count: Int) {
    if hasEnded || isClosed { return }
    let got = recv(descriptor, scratch.baseAddress, min(count, scratch.count), Int32(MSG_DONTWAIT))
    if got > 0 {
      incoming += UnsafeBufferPointer(rebasing: scratch[..<got])
      received += got
    }
    if got == 0 || (got < 0 && errno != EAGAIN) { hasEnded = true }
  }

  /// Takes the first `count` bytes of what was read.
  func take(_ count: Int) -> [UInt8] {
    let taken = Array(incoming.prefix(count))
    incoming.removeFirst(min(count, incoming.count))
    return taken
  }

  /// Takes a line, without its end.
  func takeLine() -> String? {
    guard let end = position(of: "\n") else { return nil }
    var line = take(end + 1).dropLast()
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    return String(decoding: line, as: UTF8.self)
  }

  /// Where `mark` begins in what was read.
  func position(of mark: StaticString) -> Int? {
    incoming.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return nil }
      var from = 0
      while from + mark.utf8CodeUnitCount <= bytes.count,
        let found = memchr(start + from, Int32(mark.utf8Start.pointee), bytes.count - from)
      {
        from = UnsafeRawPointer(found) - start
        if from + mark.utf8CodeUnitCount > bytes.count { return nil }
        if memcmp(found, mark.utf8Start, mark.utf8CodeUnitCount) == 0 { return from }
        from += 1
      }
      return nil
    }
  }

  /// Ends the client's side: what was written is still dealt with.
  func endOutput() {
    outgoing = []
    if !isClosed { shutdown(descriptor, Int32(SHUT_WR)) }
  }

  func close() {
    if isClosed { return }
    isClosed = true
    outgoing = []
    Glibc.close(descriptor)
  }
}

/// What happens on a connection, told to whoever speaks its protocol. All calls come on the connection's
/// loop.
public protocol ConnectionHandler: AnyObject {
  /// All bytes that were received and not consumed yet, the new ones at the end. Returns how many are
  /// consumed now; the rest comes again with more, or after ``Connection/resumeInput()``. A handler that
  /// waits for more bytes must itself refuse a unit that grows without end: the reactor keeps whatever is not
  /// consumed.
  func receive(_ bytes: Span<UInt8>) -> Int

  /// The peer has ended its side, and everything before that was offered to `receive`. The connection can
  /// still send.
  func inputEnded()

  /// Asked for with ``Connection/notifyWhenDrained()``: everything has been taken by the kernel.
  func outputDrained()

  /// More was appended than the connection may hold, or it held most of what was too much for all together
  /// (``Connection/isEvicted``): nothing of that is kept. The handler cuts the connection off:
  /// ``Connection/cutOff(farewell:)``.
  func outputOverflowed()

  /// The connection is gone. The handler forgets it, and takes its ``Output`` out of every list.
  func closed()

  /// The length of the first whole unit (line, frame) in `bytes`, or nil if it is not complete. Used to find
  /// where a unit begins in a buffer that starts at a unit's boundary.
  func unitLength(_ bytes: UnsafeRawBufferPointer) -> Int?

  /// Bytes that the handler keeps for its peer: a unit of input that is not whole, an answer that is not
  /// appended yet. Asked for after input was offered, and when an answer begins and ends to wait for the
  /// socket.
  var heldBytes: Int { get }
}

extension ConnectionHandler {
  public var heldBytes: Int { 0 }
}

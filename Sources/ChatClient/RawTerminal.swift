import Glibc

/// A terminal that passes every key on at once and shows none by itself, until `restore`.
final class RawTerminal {
  private let input: Int32
  private let output: Int32
  private var before = termios()

  /// Nil when the descriptors are not a terminal.
  init?(_ streams: Streams) {
    input = streams.input
    output = streams.output
    guard isatty(output) == 1, tcgetattr(input, &before) == 0, resume(streams) else { return nil }
  }

  /// How wide the terminal is now; 80 when it does not say.
  var columns: Int { size.columns }

  /// How high the terminal is now; 24 when it does not say.
  var rows: Int { size.rows }

  private var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0 else { return (80, 24) }
    return (size.ws_col > 0 ? Int(size.ws_col) : 80, size.ws_row > 0 ? Int(size.ws_row) : 24)
  }

  /// Makes the terminal raw, also after `restore`; false when it cannot be.
  @discardableResult func resume(_ streams: Streams) -> Bool {
    var raw = before
    raw.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON | ISTRIP)
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    guard tcsetattr(input, TCSADRAIN, &raw) == 0 else { return false }
    // A pasted text comes between marks (xterm's bracketed paste).
    return streams.print("\u{1B}[?2004h")
  }

  /// Gives the terminal back as it was.
  func restore(_ streams: Streams) {
    _ = streams.print(InputLine.erasing + "\u{1B}[?2004l")
    tcsetattr(input, TCSADRAIN, &before)
  }
}

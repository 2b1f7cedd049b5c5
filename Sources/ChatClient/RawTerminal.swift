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
    guard isatty(output) == 1, tcgetattr(input, &before) == 0 else { return nil }
    var raw = before
    raw.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON | ISTRIP)
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    guard tcsetattr(input, TCSADRAIN, &raw) == 0 else { return nil }
    // A pasted text comes between marks (xterm's bracketed paste).
    _ = streams.print("\u{1B}[?2004h")
  }

  /// How wide the terminal is now; 80 when it does not say.
  var columns: Int {
    var size = winsize()
    return ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Gives the terminal back as it was.
  func restore(_ streams: Streams) {
    _ = streams.print(InputLine.erasing + "\u{1B}[?2004l")
    tcsetattr(input, TCSADRAIN, &before)
  }
}

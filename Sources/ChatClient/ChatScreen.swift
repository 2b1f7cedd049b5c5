import Glibc

/// The terminal of an interactive chat: lines scroll by above the line that is being typed.
struct ChatScreen {
  /// How many lines are kept to draw the screen anew; more than terminals have.
  private static let kept = 200
  /// To the first row, and erase the screen.
  private static let clearing = "\u{1B}[H\u{1B}[2J"

  private let terminal: RawTerminal
  private let streams: Streams
  private let prompt: String
  private var recent: [String] = []

  /// Takes over a terminal that is raw.
  init(_ terminal: RawTerminal, _ streams: Streams, prompt: String) {
    self.terminal = terminal
    self.streams = streams
    self.prompt = prompt
  }

  /// Puts lines above what is typed, and draws that.
  mutating func show(_ lines: [String] = [], above editor: LineEditor) {
    recent = (recent + lines).suffix(ChatScreen.kept)
    _ = streams.print(input(editor).drawing(below: lines))
  }

  /// Draws everything anew.
  func redraw(_ editor: LineEditor) {
    let lines = Array(recent.suffix(terminal.rows - 1))
    _ = streams.print(ChatScreen.clearing + input(editor).drawing(below: lines))
  }

  /// Gives the terminal back and stops the program and those beside it in its job, as Ctrl-Z does where the
  /// terminal is not raw. Returns when the job goes on.
  func suspend() {
    restore()
    kill(0, SIGTSTP)
    resume()
  }

  /// After a stop, for which the shell has changed the terminal.
  func resume() { terminal.resume(streams) }

  func restore() { terminal.restore(streams) }

  private func input(_ editor: LineEditor) -> InputLine {
    InputLine(prompt: prompt, before: editor.before, after: editor.after, columns: terminal.columns)
  }
}

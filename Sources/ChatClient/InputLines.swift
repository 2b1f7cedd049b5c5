import LineProtocol

/// Cuts standard input into lines that can be sent, with their numbers.
struct InputLines {
  enum Line: Equatable {
    case draft(Draft)
    case unusable(number: Int, reason: String)
  }

  /// A person types the lines: what they mean as a command is not sent.
  private let isTyped: Bool
  private var bytes: [UInt8] = []
  private var number = 0
  /// Within a line of which it is already told that it is too long.
  private var isSkipping = false

  init(isTyped: Bool = false) { self.isTyped = isTyped }

  /// Takes bytes as they come; an empty line is no message.
  mutating func feed(_ more: some Sequence<UInt8>) -> [Line] {
    bytes += more
    var lines: [Line] = []
    var start = 0
    scan: while true {
      if isSkipping {
        guard let next = LineScanner.resume(in: bytes.span, from: start) else {
          start = bytes.count
          break
        }
        start = next
        isSkipping = false
      }
      switch LineScanner.next(in: bytes.span, from: start) {
      case .line(let range, let next):
        lines += line(range)
        start = next
      case .tooLong:
        number += 1
        lines.append(.unusable(number: number, reason: TextError.tooLong.reason))
        isSkipping = true
      case .needMore: break scan
      }
    }
    bytes.removeFirst(start)
    return lines
  }

  /// The input has ended: its last line may lack its terminator.
  mutating func finish() -> [Line] { bytes.isEmpty || isSkipping ? [] : feed([UInt8(ascii: "\n")]) }

  private mutating func line(_ range: Range<Int>) -> [Line] {
    number += 1
    guard !range.isEmpty else { return [] }
    do {
      let text = try MessageText(bytes.span.extracting(range))
      return [isTyped ? typed(text.string) : .draft(Draft(text: text.string, inputLine: number))]
    } catch {
      return [.unusable(number: number, reason: error.reason)]
    }
  }

  private func typed(_ text: String) -> Line {
    if case .say(let text) = TypedLine(text) { return .draft(Draft(text: text, inputLine: number)) }
    return .unusable(number: number, reason: "not sent: for commands the output has to be a terminal too")
  }
}

/// A text to be sent as one message, of one line.
struct Draft: Equatable, Sendable {
  let text: String
  /// The line of the input it came from, from 1.
  var inputLine = 1
}

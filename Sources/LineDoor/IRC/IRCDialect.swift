import ChatCore
import Delivery
import LineProtocol

/// The IRC dialect (modern.ircdocs.horse, IRCv3). A line's command is looked up in ``IRCCommand/table``, and
/// its handler called.
struct IRCDialect: LineDialect {
  func read(_ bytes: Span<UInt8>, _ books: Books) -> (step: LineStep, cost: Int) {
    do throws(IRCRefusal) {
      // Nil is a blank line.
      guard var line = try Self.read(bytes) else { return (.done, 1) }
      let command = try IRCCommand.find(&line, books)
      return (command.handler(line, books), command.cost.units(of: line))
    } catch {
      return (books.refuse(error), 1)
    }
  }

  private static func read(_ bytes: Span<UInt8>) throws(IRCRefusal) -> IRCLine? {
    do throws(IRCLine.ParseError) {
      return try IRCLine.parse(bytes)
    } catch {
      switch error {
      case .notUTF8: return try readRepaired(bytes)
      case .tagsTooLong: throw IRCRefusal(.errInputTooLong)
      case .control, .noCommand: throw IRCRefusal(.errUnknownError, ["*"], error.reason)
      }
    }
  }

  /// Who cannot write UTF-8 may still register and leave; everything else is refused.
  private static func readRepaired(_ bytes: Span<UInt8>) throws(IRCRefusal) -> IRCLine {
    let line = try? IRCLine.parse(bytes, repairing: true)
    if let line, IRCCommand.isRepaired(line.command) { return line }
    throw IRCRefusal(invalidUTF8: line?.command ?? "")
  }

  func refuseLongLine(_ books: Books) -> (step: LineStep, next: LongLineOutcome) {
    (books.refuse(IRCRefusal(.errInputTooLong)), .skip)
  }

  /// The targets that a parameter names: separated by commas, empty ones left out.
  static func targets(_ parameter: String?) -> [String] {
    guard let parameter else { return [] }
    if !parameter.utf8.contains(UInt8(ascii: ",")), !parameter.isEmpty { return [parameter] }
    return parameter.split(separator: ",").map(String.init)
  }

  /// How many of them there are.
  static func targetCount(_ parameter: String?) -> Int {
    var count = 0
    var isInTarget = false
    for byte in (parameter ?? "").utf8 {
      if byte == UInt8(ascii: ",") {
        isInTarget = false
      } else if !isInTarget {
        isInTarget = true
        count += 1
      }
    }
    return count
  }

  /// Takes a step that may find the line to be refused.
  static func checked(_ books: Books, _ step: () throws(IRCRefusal) -> LineStep) -> LineStep {
    do throws(IRCRefusal) {
      return try step()
    } catch {
      return books.refuse(error)
    }
  }

  // MARK: Pings, and the end

  func ping(_ books: Books) -> [UInt8]? {
    books.lines { $0.append { irc, out in irc.line(command: "PING", trailing: irc.serverName, into: &out) } }
  }

  func dismissal(_ error: ProtocolError, _ books: Books) -> [UInt8] {
    books.lines { $0.closingLink(error.reason) }
  }

  func farewell(_ reason: Farewell, _ points: [ResumePoint], _ books: Books) -> [UInt8] {
    books.lines {
      switch reason {
      case .slow: $0.closingLink("Too slow: what was sent was not read")
      case .shutdown: $0.closingLink("The server is stopping")
      }
    }
  }

  // MARK: Replays, of which IRC starts none

  func show(_ entry: Entry) -> [UInt8] { [] }
  func showGap(_ room: RoomName, from: MessageID, to: MessageID) -> [UInt8] { [] }
}

/// A client of the line door's plain dialect.
struct PlainDialect: ClientDialect {
  let name: ClientName

  var opening: [UInt8] { Array("NICK \(name.nick)\nJOIN \(name.room)\n".utf8) }

  func message(_ text: [UInt8]) -> [UInt8] { Array("MSG \(name.room) ".utf8) + text + Array("\n".utf8) }

  mutating func read(_ bytes: Span<UInt8>, tell: (ClientEvent) -> Void) -> Int {
    eachLine(of: bytes, tell: tell) { line in
      // Others' messages begin with MSG, and nothing else does.
      if bytes[line.lowerBound] == UInt8(ascii: "M") {
        if let marker = Marker(in: bytes, line, run: name.run) { tell(.delivered(marker)) }
      } else if bytes.begins(line, with: "OK JOIN ") {
        tell(.ready)
      } else if bytes.begins(line, with: "ERR ") || bytes.begins(line, with: "BYE") {
        tell(.refused(bytes.text(line)))
      }
    }
  }
}

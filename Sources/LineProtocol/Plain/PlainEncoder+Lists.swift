extension PlainEncoder {
  /// `NAMES lobby alice bob`, as many lines as the names need at about 480 bytes each; none for no names.
  public static func names(room: String, nicks: some Sequence<String>, into out: inout [UInt8]) {
    var lineStart = out.count
    var isOpen = false
    for nick in nicks {
      if isOpen, out.count - lineStart + nick.utf8.count + 2 > Limits.listLine {
        out.append(ASCII.lf)
        isOpen = false
      }
      if !isOpen {
        lineStart = out.count
        out.append(ascii: "NAMES ")
        out.append(utf8: room)
        isOpen = true
      }
      out.append(ASCII.space)
      out.append(utf8: nick)
    }
    if isOpen { out.append(ASCII.lf) }
  }

  /// `END lobby`: the names are complete.
  public static func endNames(room: String, into out: inout [UInt8]) {
    out.append(ascii: "END ")
    out.append(utf8: room)
    out.append(ASCII.lf)
  }

  /// `ROOM lobby 2`: a room and how many are in it.
  public static func room(_ name: String, count: Int, into out: inout [UInt8]) {
    out.append(ascii: "ROOM ")
    out.append(utf8: name)
    out.append(ASCII.space)
    out.append(decimal: Int64(count))
    out.append(ASCII.lf)
  }

  /// `END ROOMS`: the rooms are complete.
  public static func endRooms(into out: inout [UInt8]) {
    out.append(ascii: "END ROOMS\n")
  }

  /// The page of commands: lines that begin with `HELP `, then `END HELP`.
  public static func help(into out: inout [UInt8]) {
    let width = PlainVerb.table.reduce(0) { max($0, $1.syntax.utf8.count) }
    for entry in PlainVerb.table {
      out.append(ascii: "HELP ")
      out.append(utf8: entry.syntax)
      out.append(contentsOf: repeatElement(ASCII.space, count: width + 2 - entry.syntax.utf8.count))
      out.append(utf8: entry.summary)
      out.append(ASCII.lf)
    }
    out.append(
      ascii:
        "HELP Texts take the rest of their line. Every other command has one answer: OK, a list, or ERR.\n")
    out.append(ascii: "END HELP\n")
  }
}

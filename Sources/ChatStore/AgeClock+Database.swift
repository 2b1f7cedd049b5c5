extension AgeClock {
  /// Goes on from the time that an earlier server has noted. A file without a note, of an older version, has the times of
  /// its messages; its last one may have been written under a clock that was wrong already, so that is not asked.
  init(_ database: Database, _ clocks: LogClocks) throws(SQLError) {
    let noted = try database.number("SELECT value FROM state WHERE key = 'time'")
    let spoken = try database.number("SELECT time FROM messages ORDER BY id DESC LIMIT 1 OFFSET 1")
    self.init(reached: noted ?? spoken ?? clocks.wall(), uptime: clocks.uptime())
  }

  /// The statement that notes the time that was come to.
  static func note(_ time: Int64) -> String { "INSERT OR REPLACE INTO state VALUES ('time', \(time))" }
}

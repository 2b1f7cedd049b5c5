import Glibc

/// The time that messages are aged by: a clock that jumps ahead takes no history away.
///
/// A wrong clock cannot be told from a right one by itself. But the server sees time pass, on the clock that
/// counts from the machine's boot and that nobody sets; and it notes in the database which time it has come
/// to. A clock that is ahead of that by more than ``tolerance`` is not believed, and age goes on with the
/// time that has been seen to pass. So a jump removes nothing, and a room that is quiet, or a clock that
/// stays wrong, does not end the removal. Time in which no server ran counts as a jump when it is long: what
/// is too old then stays, until a person has looked (``repairTimes(in:now:)``).
///
/// A pure value: the caller brings both clocks, in milliseconds.
struct AgeClock: Sendable {
  /// A day: less is summer time, a restart, or a clock that is a little wrong.
  static let tolerance: Int64 = 86_400_000

  /// The time that was come to, and the uptime then.
  private var reached: Int64
  private var uptime: Int64
  /// By how much the clock is ahead of the time that has been seen to pass; 0 while it is believed.
  private(set) var ahead: Int64 = 0

  /// `reached`: the time that an earlier server came to.
  init(reached: Int64, uptime: Int64) {
    // It comes from disk, and is calculated with: no date of a calendar is beyond.
    self.reached = min(max(reached, 0), 1 << 50)
    self.uptime = uptime
  }

  /// The time that has been seen to pass.
  func reached(uptime: Int64) -> Int64 { reached + max(0, uptime - self.uptime) }

  /// The time to age by. `wall`: milliseconds since 1970; `uptime`: since the machine's boot, suspension
  /// included.
  mutating func read(wall: Int64, uptime: Int64) -> Int64 {
    let expected = reached(uptime: uptime)
    if wall - expected > Self.tolerance {
      ahead = wall - expected
      return expected
    }
    ahead = 0
    // A clock that is behind is followed for now, which removes less, and not learnt from: many machines
    // begin in 1970.
    if wall < expected { return wall }
    (reached, self.uptime) = (wall, uptime)
    return wall
  }

  /// Goes on from the time that an earlier server has noted. A file without a note, of an older version, has
  /// the times of its messages; its last one may have been written under a clock that was wrong already, so
  /// that is not asked.
  init(_ database: Database, _ clocks: LogClocks) throws(SQLError) {
    let noted = try database.number("SELECT value FROM state WHERE key = 'time'")
    let spoken = try database.number("SELECT time FROM messages ORDER BY id DESC LIMIT 1 OFFSET 1")
    self.init(reached: noted ?? spoken ?? clocks.wall(), uptime: clocks.uptime())
  }

  /// The statement that notes the time that was come to.
  static func note(_ time: Int64) -> String { "INSERT OR REPLACE INTO state VALUES ('time', \(time))" }
}

/// The clocks of a log, in milliseconds. Tests bring their own.
struct LogClocks: Sendable {
  /// Since 1970, as the system has it.
  let wall: @Sendable () -> Int64
  /// Since the machine's boot, suspension included; nobody sets it.
  var uptime: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

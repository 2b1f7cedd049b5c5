import Testing

@testable import ChatStore

@Suite(.timeLimit(.minutes(5))) struct AgeClockTests {
  private static let day: Int64 = 86_400_000
  private var clock = AgeClock(reached: 1_000 * Self.day, uptime: 0)

  @Test mutating func aClockThatGoesOnIsBelieved() {
    #expect(clock.read(wall: 1_000 * Self.day + 5, uptime: 5) == 1_000 * Self.day + 5)
    #expect(clock.read(wall: 1_001 * Self.day + 5, uptime: 6) == 1_001 * Self.day + 5)
    #expect(clock.ahead == 0)
    #expect(clock.reached(uptime: 7) == 1_001 * Self.day + 6)
  }

  @Test mutating func aJumpIsNotBelievedHoweverLongItStays() {
    let ahead = 1_400 * Self.day
    #expect(clock.read(wall: ahead, uptime: 1) == 1_000 * Self.day + 1)
    #expect(clock.ahead == 400 * Self.day - 1)
    // Ten days later: age has gone on by ten days.
    #expect(clock.read(wall: ahead + 10 * Self.day, uptime: 10 * Self.day) == 1_010 * Self.day)
    #expect(clock.reached(uptime: 10 * Self.day) == 1_010 * Self.day)
    // Set right, and believed.
    #expect(clock.read(wall: 1_011 * Self.day, uptime: 11 * Self.day) == 1_011 * Self.day)
    #expect(clock.ahead == 0)
  }

  /// As a machine does that was suspended, or a server that nobody spoke to.
  @Test mutating func aQuietWeekIsNoJump() {
    #expect(clock.read(wall: 1_007 * Self.day, uptime: 7 * Self.day) == 1_007 * Self.day)
    #expect(clock.ahead == 0)
  }

  /// A machine without a clock of its own begins in 1970 and is set right soon.
  @Test mutating func aClockThatIsBehindIsFollowedAndNotLearntFrom() {
    #expect(clock.read(wall: 0, uptime: 10) == 0)
    #expect(clock.ahead == 0)
    #expect(clock.read(wall: 1_000 * Self.day + 20, uptime: 20) == 1_000 * Self.day + 20)
    #expect(clock.ahead == 0)
  }

  @Test(arguments: [Int64.min, -1, Int64.max])
  func whatIsOnDiskMayBeAnything(reached: Int64) {
    var clock = AgeClock(reached: reached, uptime: 0)
    #expect(clock.read(wall: 1_000, uptime: 5) == 1_000)
  }
}

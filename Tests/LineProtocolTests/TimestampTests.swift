import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct TimestampTests {
  // From `date -u -d @seconds`.
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"),
      (1, "1970-01-01T00:00:00.001Z"),
      (-1, "1969-12-31T23:59:59.999Z"),
      (-86_400_000, "1969-12-31T00:00:00.000Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_799_999, "2000-02-29T23:59:59.999Z"),
      (951_868_800_000, "2000-03-01T00:00:00.000Z"),
      (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
      (1_795_410_000_123, "2026-11-23T05:00:00.123Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (4_107_456_000_000, "2100-02-28T00:00:00.000Z"),
      (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
      (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func isWrittenAndRead(_ milliseconds: Int64, _ text: String) {
    let time = Timestamp(milliseconds: milliseconds)
    #expect(time.description == text)
    #expect(written { time.append(to: &$0) } == text)
    #expect(Timestamp(text) == time)
  }

  @Test func isHeldWithinWhatItsFormCanSay() {
    #expect(Timestamp(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
    #expect(Timestamp(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    #expect(Timestamp(milliseconds: .max) == Timestamp(milliseconds: 253_402_300_799_999))
  }

  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() throws {
    var before = ""
    for day in Int64(-141_427)...4670 {
      let time = Timestamp(milliseconds: day * 86_400_000 + 43_200_000)
      let text = time.description
      #expect(text > before)
      #expect(Timestamp(text) == time)
      before = text
    }
  }

  @Test func randomMomentsComeBack() {
    var random = SeededGenerator(state: 1)
    for _ in 0..<2000 {
      let time = Timestamp(
        milliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
      #expect(Timestamp(time.description) == time)
    }
  }

  @Test(arguments: [
    "", "2026-11-23", "2026-11-23T05:00:00Z", "2026-11-23 05:00:00.123Z", "2026-11-23T05:00:00.123z",
    "2026-11-23T05:00:00.123+", "2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z",
    "2026-01-00T00:00:00.000Z",
    "2026-01-32T00:00:00.000Z", "2026-02-29T00:00:00.000Z", "2100-02-29T00:00:00.000Z",
    "2026-04-31T00:00:00.000Z",
    "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z",
    "2026-01-01T00:00:00,000Z",
    "+026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.-01Z", "２026-01-01T00:00:00.0Z",
    "2026-01-01T00:00:00.0000Z",
  ])
  func isNotReadFrom(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func isOrderedInTime() {
    #expect(Timestamp(milliseconds: -1) < Timestamp(milliseconds: 0))
    #expect(!(Timestamp(milliseconds: 0) < Timestamp(milliseconds: 0)))
  }
}

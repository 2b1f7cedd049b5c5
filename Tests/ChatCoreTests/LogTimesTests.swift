import ChatCore
import Testing

@Suite(.timeLimit(.minutes(5))) struct LogTimesTests {
  @Test func nothingIsTheMatter() {
    #expect(LogTimes().warnings.isEmpty)
    #expect(LogTimes(newestAhead: 60_000).warnings.isEmpty)
  }

  @Test(
    arguments: [
      (60_001, "1 minute"), (7_199_999, "119 minutes"), (7_200_000, "2 hours"), (172_799_999, "47 hours"),
      (400 * 86_400_000, "400 days"), (Int64.max, "106751991167 days"),
    ] as [(Int64, String)])
  func saysByHowMuch(ahead: Int64, words: String) {
    let both = LogTimes(newestAhead: ahead, clockAhead: ahead).warnings
    #expect(both.map(\.code) == ["times-ahead", "clock-ahead"])
    for warning in both {
      #expect(warning.text.contains(" \(words) ahead of the "))
      #expect(warning.text.contains("linechat repair-times"))
    }
  }
}

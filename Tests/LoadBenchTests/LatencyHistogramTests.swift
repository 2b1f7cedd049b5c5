import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct LatencyHistogramTests {
  @Test func nothingIsZero() {
    let histogram = LatencyHistogram()
    #expect(histogram.count == 0)
    #expect(histogram.percentile(0.5) == 0)
  }

  @Test func smallValuesAreExact() {
    var histogram = LatencyHistogram()
    for value in UInt64(1)...100 { histogram.record(value) }
    #expect(histogram.percentile(0.5) == 50)
    #expect(histogram.percentile(0.99) == 99)
    #expect(histogram.percentile(1) == 100)
    #expect(histogram.percentile(0) == 1)
    #expect(histogram.maximum == 100)
  }

  @Test(arguments: [128, 129, 1000, 65_535, 65_536, 1_234_567, 1 << 40, UInt64.max - 1] as [UInt64])
  func othersToOneInSixty(value: UInt64) {
    var histogram = LatencyHistogram()
    histogram.record(value)
    histogram.record(.max)
    let found = histogram.percentile(0.5)
    #expect(max(found, value) - min(found, value) <= value / 60)
    #expect(histogram.percentile(1) <= .max)
  }

  @Test func oneOfAThousandIsAboveThePercentileOf999() {
    var histogram = LatencyHistogram()
    for _ in 0..<999 { histogram.record(10) }
    histogram.record(100)
    #expect(histogram.percentile(0.999) == 10)
    #expect(histogram.percentile(0.9991) == 100)
  }
}

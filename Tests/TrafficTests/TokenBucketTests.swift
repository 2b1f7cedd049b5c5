import Testing

@testable import Traffic

@Suite(.timeLimit(.minutes(5))) struct TokenBucketTests {
  private let rate = TokenBucket.Rate(perSecond: 20, burst: 1_000)

  @Test func aBurstIsThereFromTheBeginning() {
    var bucket = TokenBucket()
    #expect(bucket.available(at: 0, rate) == 1_000)
    bucket.take(1_000, at: 0, rate)
    #expect(bucket.available(at: 0, rate) == 0)
    #expect(bucket.wait(for: 1, at: 0, rate) == 50)
    #expect(bucket.available(at: 49, rate) == 0)
    #expect(bucket.available(at: 50, rate) == 1)
  }

  @Test func tokensComeBackUpToABurst() {
    var bucket = TokenBucket()
    bucket.take(1_000, at: 7_000, rate)
    #expect(bucket.available(at: 8_000, rate) == 20)
    #expect(bucket.wait(for: 1_000, at: 7_000, rate) == 50_000)
    #expect(!bucket.isFull(at: 56_999))
    #expect(bucket.isFull(at: 57_000))
    #expect(bucket.available(at: 1_000_000, rate) == 1_000)
  }

  @Test func whatIsTakenInAdvanceIsWaitedFor() {
    var bucket = TokenBucket()
    bucket.take(1_100, at: 0, rate)
    #expect(bucket.available(at: 5_000, rate) == 0)
    #expect(bucket.wait(for: 1, at: 0, rate) == 5_050)
    #expect(bucket.available(at: 5_050, rate) == 1)
  }

  @Test func inTheLongRunTheRateHolds() {
    for perSecond in [1, 3, 7, 20, 999, 300_000] {
      let rate = TokenBucket.Rate(perSecond: perSecond, burst: 10)
      var bucket = TokenBucket()
      var taken = 0
      for now in stride(from: Int64(0), to: 100_000, by: 1) {
        let available = bucket.available(at: now, rate)
        #expect(available <= 10)
        bucket.take(available, at: now, rate)
        taken += available
      }
      // No more than ten can come together within a millisecond.
      let expected = min(perSecond * 100, 10 * 100_000) + 10
      #expect(abs(taken - expected) <= 10 + expected / 1_000, "\(perSecond)")
    }
  }

  @Test func nothingOverflows() {
    let rate = TokenBucket.Rate(perSecond: 0, burst: .max)
    #expect(rate.perSecond == 1)
    var bucket = TokenBucket()
    for _ in 0..<20 { bucket.take(.max, at: 1 << 40, rate) }
    #expect(bucket.available(at: 1 << 40, rate) == 0)
    bucket.take(-1, at: 0, rate)
  }
}

import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct FiguresTests {
  @Test(arguments: [
    (0.0, "0.000"), (0.8124, "0.812"), (9.416, "9.42"), (94.25, "94.3"), (942, "942"), (9420, "9420"),
    (9999.4, "9999"), (9999.6, "10.0 k"), (94_200, "94.2 k"), (999_499, "999 k"), (999_501, "1.00 M"),
    (4_710_000, "4.71 M"),
  ])
  func rates(value: Double, text: String) { #expect(Figures.rate(value) == text) }

  @Test(arguments: [
    (140.0, "140 ns"), (999.6, "1.00 µs"), (6210, "6.21 µs"), (12_345_678, "12.3 ms"), (1.02e9, "1.02 s"),
    (99.96e9, "100 s"),
  ])
  func durations(value: Double, text: String) { #expect(Figures.duration(value) == text) }

  @Test(arguments: [-1.0, .infinity, -.infinity, 1e300])
  func nothingIsTooLarge(value: Double) { #expect(!Figures.fixed(value, decimals: 6).isEmpty) }
}

@Suite(.timeLimit(.minutes(5))) struct ReportTests {
  private func report(
    _ scenario: BenchPlan.Scenario = .fanout, lost: Int = 0, problem: String? = nil, isMeasured: Bool = true
  ) -> BenchReport {
    var plan = BenchPlan()
    plan.scenario = scenario
    if scenario == .post { plan.sending = .http }
    var latency = LatencyHistogram()
    var counts = Traffic.Counts()
    var after = Snapshot(serverCPU: 0)
    if isMeasured {
      latency.record(1_500_000)
      (counts.sent, counts.messages, counts.deliveries) = (100, 100, scenario == .post ? 0 : 50_000)
      after = Snapshot(time: 2_000_000_000, counts: counts, ownCPU: 1_900_000_000, serverCPU: 500_000_000)
    }
    return BenchReport(
      plan: plan, layout: Layout(plan), connectSeconds: 0.25, before: Snapshot(serverCPU: 0), after: after,
      total: counts, lost: lost, latency: latency, problem: problem)
  }

  @Test func tellsWhatWasFound() {
    #expect(
      report().text == """
        fanout: 1 sender (plain) to 500 receivers (plain) in one room,
                64 messages under way, 64 bytes each

          connected   501 clients in 250 ms
          measured    2.00 s
          messages    50.0/s
          deliveries  25.0 k/s
          latency     p50 1.50 ms   p90 1.50 ms   p99 1.50 ms   p99.9 1.50 ms   max 1.50 ms
          server      10.0 µs of CPU for each delivery, 25 % of a core
          generator   95 % of a core: the load generator is the limit here
          sent        100 messages, 50000 deliveries
          verdict     0 lost, 0 doubled, 0 reordered

        """)
  }

  @Test(arguments: BenchPlan.Scenario.allCases, [true, false])
  func fitsAScreenAlsoWithoutFigures(scenario: BenchPlan.Scenario, isMeasured: Bool) {
    let lines = report(scenario, isMeasured: isMeasured).text.split(separator: "\n")
    #expect(lines.count < 24)
    #expect(lines.allSatisfy { $0.count < 100 })
  }

  @Test func isCleanOnlyWhenNothingWentWrong() {
    #expect(report().isClean)
    #expect(!report(lost: 1).isClean)
    #expect(!report(problem: "x").isClean)
    #expect(
      report(lost: 3, problem: "no more").text.contains(
        "3 lost, 0 doubled, 0 reordered; ended early: no more\n"))
  }

  @Test func isOneLineOfJSON() {
    let json = report(problem: "said \"\\\n\u{1}é").json
    #expect(json.hasPrefix(#"{"scenario":"fanout","receive":"plain","send":"plain","clients":501,"#))
    #expect(json.contains(#""deliveries_per_s":25000.0000,"#))
    #expect(json.contains(#""server_cpu_us_per_delivery":10.0000,"#))
    #expect(json.hasSuffix(#""problem":"said \"\\\u000a\u0001é","clean":false}"#))
  }

  @Test func whatWasNotMeasuredIsNull() {
    let json = report(.post, isMeasured: false).json
    #expect(json.contains(#""receive":null,"#))
    #expect(json.contains(#""latency_p99_us":null,"#))
    #expect(json.contains(#""server_cpu_us_per_message":null,"#))
  }
}

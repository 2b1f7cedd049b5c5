import ChatCore
import Testing

@testable import AdminHTTP

@Suite(.timeLimit(.minutes(5))) struct MetricsTextTests {
  @Test func writesValues() {
    var metrics = MetricsText()
    metrics.value("a_total", .counter, "What a is.", 5)
    metrics.values("b", .gauge, "What b is.", by: "door", [("line", 1), ("a\"\\\nb", 2)])
    #expect(
      metrics.text == #"""
        # HELP a_total What a is.
        # TYPE a_total counter
        a_total 5
        # HELP b What b is.
        # TYPE b gauge
        b{door="line"} 1
        b{door="a\"\\\nb"} 2

        """#)
  }

  @Test func bucketsOfAHistogramAreCumulative() {
    let histogram = Histogram(bounds: [0.5, 2])
    for value in [0.25, 0.5, 1, 4] { histogram.observe(value) }
    var metrics = MetricsText()
    metrics.histogram("c", "What c is.", histogram)
    #expect(
      metrics.text == """
        # HELP c What c is.
        # TYPE c histogram
        c_bucket{le="0.5"} 2
        c_bucket{le="2"} 3
        c_bucket{le="+Inf"} 4
        c_sum 5.75
        c_count 4

        """)
  }

  @Test func theKernelTellsOfTheProcess() {
    let figures = ProcessFigures()
    #expect(figures.residentBytes > 1 << 20)
    #expect((3...figures.maximumDescriptors).contains(figures.openDescriptors))
    #expect(figures.cpuSeconds > 0)
  }
}

import ChatCore
import Delivery
import HTTPProtocol
import LineProtocol
import Reactor
import Synchronization

/// `GET /metrics`.
enum MetricsRoute {
  static let route: Route = Route(
    method: .get, path: "/metrics", summary: "Figures of the server, for Prometheus.",
    answers: [
      Route.Answer(
        status: .ok, description: "Text of Prometheus' format 0.0.4.", content: .text(mediaType: "text/plain")
      )
    ],
    answer: { _, context in
      .ask(.count) { answer in
        guard case .count(let members, _, let rooms) = answer else { return .refuse(answer.problem) }
        var metrics = MetricsText()
        chat(context.metrics, context.settings.memory, into: &metrics)
        metrics.value("linechat_rooms", .gauge, "Rooms there are.", rooms)
        metrics.value("linechat_members", .gauge, "Line sessions with a nick, and WebSockets.", members)
        log(context, into: &metrics)
        process(context.settings, into: &metrics)
        let type = HTTPResponse.Field(name: "Content-Type", value: MetricsText.mediaType)
        return .respond(HTTPResponse(.ok, headers: [type], body: Array(metrics.text.utf8)))
      }
    })

  private static func chat(_ figures: DeliveryMetrics, _ memory: MemoryUse, into metrics: inout MetricsText) {
    metrics.values(
      "linechat_connections", .gauge, "Open connections.", by: "door",
      [
        ("line", figures.lineConnections.load(ordering: .relaxed)),
        ("http", figures.httpConnections.load(ordering: .relaxed)),
        ("websocket", figures.webSockets.load(ordering: .relaxed)),
      ])
    metrics.value(
      "linechat_deliveries_total", .counter, "Times that a message was shown to somebody.",
      figures.deliveries.load(ordering: .relaxed))
    metrics.value(
      "linechat_slow_readers_total", .counter, "Connections cut off because they did not read.",
      figures.slowReaders.load(ordering: .relaxed))
    metrics.value(
      "linechat_waiting_bytes", .gauge, "Bytes that wait for slow peers: output not taken, input not whole.",
      memory.held)
    metrics.value(
      "linechat_memory_evictions_total", .counter,
      "Connections cut off because all together held more than --memory.", memory.evictions)
    metrics.values(
      "linechat_refusals_total", .counter, "Refused inputs.", by: "reason",
      figures.refusals.sorted { $0.key < $1.key })
  }

  private static func log(_ context: RouteContext, into metrics: inout MetricsText) {
    let figures = context.settings.log
    metrics.value(
      "linechat_messages_total", .counter, "Messages stored since the start.",
      Int(figures.batchSize.snapshot.sum))
    metrics.histogram("linechat_commit_messages", "Messages in each commit.", figures.batchSize)
    metrics.histogram("linechat_commit_seconds", "What each commit took.", figures.commitSeconds)
    metrics.value(
      "linechat_log_queue_bytes", .gauge, "Bytes that wait to be stored.", figures.queuedBytes())
    metrics.value("linechat_last_id", .gauge, "The last id given.", context.log.tail.number)
    metrics.value(
      "linechat_healthy", .gauge, "1 while commits succeed in time.", context.log.isHealthy ? 1 : 0)
    metrics.values(
      "linechat_database_bytes", .gauge, "Size of each file of the database.", by: "file",
      figures.fileBytes())
    let times = figures.times()
    metrics.value(
      "linechat_newest_message_ahead_seconds", .gauge, "How far the newest message is ahead of the clock.",
      seconds(times.newestAhead))
    metrics.value(
      "linechat_clock_ahead_seconds", .gauge, "How far the clock is ahead, if it is not believed.",
      seconds(times.clockAhead))
  }

  private static func seconds(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1000 }

  /// Under the names that Prometheus' own client libraries use.
  private static func process(_ settings: HTTPSettings, into metrics: inout MetricsText) {
    let figures = ProcessFigures()
    metrics.values(
      "linechat_build_info", .gauge, "1, with the version.", by: "version", [(settings.version, 1)])
    metrics.value(
      "process_start_time_seconds", .gauge, "When the server started, in seconds since 1970.",
      seconds(settings.started.milliseconds))
    metrics.value(
      "process_cpu_seconds_total", .counter, "Processor time used, in seconds.", figures.cpuSeconds)
    metrics.value(
      "process_resident_memory_bytes", .gauge, "Memory held, in bytes.", figures.residentBytes)
    metrics.value("process_open_fds", .gauge, "Open file descriptors.", figures.openDescriptors)
    metrics.value("process_max_fds", .gauge, "The most there may be.", figures.maximumDescriptors)
  }
}

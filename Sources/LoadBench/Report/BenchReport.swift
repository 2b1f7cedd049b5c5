/// What a run found.
package struct BenchReport: Sendable {
  let plan: BenchPlan
  let clients: Int
  let rooms: Int
  let recipients: Int
  let connectSeconds: Double
  /// The measured time.
  let seconds: Double
  /// In the measured time.
  let messages: Int
  let deliveries: Int
  let ownCPU: Double
  /// Seconds; nil when nobody asked.
  let serverCPU: Double?
  /// From the first message to the last.
  let total: Traffic.Counts
  let lost: Int
  let latency: LatencyHistogram
  /// What ended the run early, if it was not a person.
  let problem: String?

  init(
    plan: BenchPlan, layout: Layout, connectSeconds: Double, before: Snapshot, after: Snapshot,
    total: Traffic.Counts, lost: Int, latency: LatencyHistogram, problem: String?
  ) {
    self.plan = plan
    clients = layout.clients.count
    rooms = layout.rooms
    recipients = layout.recipientsPerMessage
    self.connectSeconds = connectSeconds
    seconds = Double(after.time - before.time) / 1e9
    messages = after.counts.messages - before.counts.messages
    deliveries = after.counts.deliveries - before.counts.deliveries
    ownCPU = Double(after.ownCPU - before.ownCPU) / 1e9
    serverCPU = after.serverCPU.flatMap { end in before.serverCPU.map { Double(end - min(end, $0)) / 1e9 } }
    self.total = total
    // What nobody was to hear is lost when it stays unanswered.
    self.lost = layout.recipientsPerMessage == 0 ? total.sent - total.messages : lost
    self.latency = latency
    self.problem = problem
  }

  /// Every message reached every receiver once and in order, and nothing went wrong.
  package var isClean: Bool {
    problem == nil && lost == 0 && total.doubled == 0 && total.reordered == 0 && total.misplaced == 0
  }

  var messagesPerSecond: Double { seconds > 0 ? Double(messages) / seconds : 0 }
  var deliveriesPerSecond: Double { seconds > 0 ? Double(deliveries) / seconds : 0 }
  var ownCPUPercent: Double { seconds > 0 ? 100 * ownCPU / seconds : 0 }
  var serverCPUPercent: Double? { serverCPU.map { seconds > 0 ? 100 * $0 / seconds : 0 } }
  /// Nanoseconds; nil where nothing was counted.
  var serverCPUPerDelivery: Double? { deliveries > 0 ? serverCPU.map { $0 * 1e9 / Double(deliveries) } : nil }
  var serverCPUPerMessage: Double? { messages > 0 ? serverCPU.map { $0 * 1e9 / Double(messages) } : nil }
}

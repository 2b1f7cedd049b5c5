import Glibc
import Reactor
import Threads

/// Why a run gave no figures.
package struct BenchFailure: Error {
  package let reason: String
}

/// Carries out a plan on the calling thread. SIGINT and SIGTERM end it early, with the report of what was
/// measured until then; once more, at once.
///
/// - Parameters:
///   - descriptors: How many files this process may have open.
///   - progress: Shows a line about how it goes in place of the one before; an empty line at the end.
package func runBench(
  _ plan: BenchPlan, descriptors: Int, progress: (@Sendable (String) -> Void)?
) throws(BenchFailure) -> BenchReport {
  signal(SIGPIPE, SIG_IGN)
  SignalSource.block([SIGINT, SIGTERM])
  let layout = Layout(plan)
  // Some are open before the first client: the streams, the poll set, signals.
  guard layout.clients.count + 16 <= descriptors else {
    throw BenchFailure(
      reason: "\(layout.clients.count) clients need as many descriptors, and this process may open "
        + "\(descriptors): raise it with 'ulimit -n'")
  }
  if let process = plan.serverProcess, ProcessTime.read(of: process) == nil {
    throw BenchFailure(reason: "there is no process \(process)")
  }
  let outcome = Lock<Result<BenchReport, BenchFailure>?>(nil)
  do {
    let addresses = try ServerAddresses(plan, layout)
    let loop = try EventLoop()
    try loop.run { reactor in
      let run = BenchRun(plan, addresses, reactor: reactor, progress: progress) { result in
        outcome.withLock { $0 = result }
        loop.stop()
      }
      _ = try SignalSource([SIGINT, SIGTERM], reactor: reactor) { _ in run.interrupt() }
    }
  } catch {
    throw BenchFailure(reason: "\(error)")
  }
  switch outcome.withLock({ $0 }) {
  case .success(let report): return report
  case .failure(let failure): throw failure
  case nil: throw BenchFailure(reason: "the run ended without a result")
  }
}

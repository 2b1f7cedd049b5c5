import Glibc
import Testing

/// Runs of the whole chat that can be repeated: `SIMULATION_SEEDS` of them, 1 000 if it is not set.
/// `SIMULATION_SEED` runs one alone, and with `SIMULATION_TRACE` it tells what was said.
///
/// Swift seeds the hashing of its dictionaries for each process: should a seed ever fail in some processes
/// only, then by `SWIFT_DETERMINISTIC_HASHING=1` it fails in all or in none.
@Suite(.timeLimit(.minutes(5))) struct SimulationTests {
  /// What clients ask for in a run.
  private static let requests = 200
  /// After so many that fail, no more are tried.
  private static let failures = 5

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }

  private static var seeds: some Sequence<UInt64> {
    if let seed = number("SIMULATION_SEED") { return seed..<(seed &+ 1) }
    let first = number("SIMULATION_FIRST") ?? 1
    return first..<first &+ (number("SIMULATION_SEEDS") ?? 1_000)
  }

  @Test func thePromisesAreKept() throws {
    var failed = 0
    for seed in Self.seeds where failed < Self.failures {
      if !(try run(seed)) { failed += 1 }
    }
  }

  private func run(_ seed: UInt64) throws -> Bool {
    let isTraced = getenv("SIMULATION_TRACE") != nil
    let failures = try Simulation(seed: seed, requests: Self.requests, isTraced: isTraced).run()
    if failures.isEmpty { return true }
    Issue.record(
      """
      seed \(seed): \(failures.joined(separator: "; "))
      alone: SIMULATION_SEED=\(seed) swift test --filter SimulationTests.thePromisesAreKept
      """)
    return false
  }
}

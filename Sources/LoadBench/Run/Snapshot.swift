/// Where everything stood at one edge of the measured time.
struct Snapshot: Sendable {
  /// Nanoseconds of the run's ``Clock``.
  var time: UInt64 = 0
  var counts = Traffic.Counts()
  /// Nanoseconds of CPU time.
  var ownCPU: UInt64 = 0
  var serverCPU: UInt64?
}

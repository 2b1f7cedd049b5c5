import ChatCore
import Delivery
import Synchronization

extension Shard: LoopStatus {
  var applied: Int64 { log.applied }
  var tail: Int64 { log.tail }
  var invisibleSessions: Int { metrics.invisibleSessions.load(ordering: .relaxed) }
}

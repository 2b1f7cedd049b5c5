import ChatCore
import Delivery
import LineProtocol
import Synchronization

extension Shard: LoopStatus {
  var applied: MessageID { log.applied }
  var tail: MessageID { log.tail }
  var invisibleSessions: Int { metrics.invisibleSessions.load(ordering: .relaxed) }
}

public import ChatCore
public import Reactor
public import Traffic

/// Carries requests, replies, batches and pages between the hub and the loops: one hand-over a turn in each direction.
///
/// The hub's own loop takes the direct way; the others go through mailboxes.
public final class Exchange: Sendable {
  /// How long a read of history may take. A reader that touches a file system that is frozen or gone waits in the kernel, where
  /// nobody can wake it.
  public static let readMilliseconds: Int64 = 5_000

  private let requestMail: Mailbox<[Request]>
  private let ports: [Port]

  /// What comes to one loop.
  private struct Port: Sendable {
    let replies: Mailbox<RoutedReply>
    let batches: Mailbox<Batch>
    let history: Mailbox<HistoryMail>
  }

  /// `loops[0]` is the hub's.
  public init(loops: [EventLoop], bus: any EventBus) {
    requestMail = loops[0].mailbox(of: [Request].self)
    ports = loops.map { loop in
      Port(
        replies: loop.mailbox(of: RoutedReply.self), batches: loop.mailbox(of: Batch.self),
        history: loop.mailbox(of: HistoryMail.self))
    }
    for port in ports { bus.listen { port.batches.post($0) } }
  }

  /// Makes the shard of loop `index`; to be called on that loop, once. `hub` goes with loop 0. `readPatience`: milliseconds in which
  /// history is to be read; `incidents` is told when it cannot be.
  public func attach(
    loop index: Int, _ reactor: Reactor, hub: Hub?, log: any EventLog, formats: [any EventFormat],
    metrics: DeliveryMetrics, readPatience: Int64 = readMilliseconds,
    incidents: ThrottledLog = ThrottledLog { _ in }
  ) -> Shard {
    let shard = Shard(
      loop: UInt16(index), reactor: reactor, log: log, formats: formats, metrics: metrics, exchange: self,
      hub: hub.map { HubService($0, log: log) }, readPatience: readPatience,
      incidents: incidents)
    let port = ports[index]
    if shard.hub != nil {
      reactor.receive(requestMail) { [self] in for asked in $0 { decide(asked, shard) } }
    }
    reactor.receive(port.replies) { for reply in $0 { shard.received(reply) } }
    reactor.receive(port.history) { for mail in $0 { shard.received(mail) } }
    reactor.receive(port.batches) {
      for batch in $0 {
        shard.hub?.settle(batch)
        shard.deliver(batch)
      }
    }
    reactor.atTurnEnd { shard.handOver() }
    return shard
  }

  func toHub(_ requests: [Request], from shard: Shard) {
    if shard.hub == nil { requestMail.post(requests) } else { decide(requests, shard) }
  }

  /// On the hub's loop.
  private func decide(_ requests: [Request], _ shard: Shard) {
    for reply in shard.hub?.decide(requests) ?? [] {
      if reply.session.loop == shard.loop {
        shard.received(reply)
      } else {
        ports[Int(reply.session.loop)].replies.post(reply)
      }
    }
  }

  func postHistory(_ mail: HistoryMail, to loop: UInt16) { ports[Int(loop)].history.post(mail) }
}

package import ChatCore
package import Reactor

/// What comes to a loop from other threads: batches from the log's, pages from the reader's, and what the
/// loops ask loop 0 and are answered by it.
///
/// Loop 0 has the ``Directory``. Questions come to it through the mailbox of its batches: whoever was told of
/// his JOIN on another loop asks after the batch that told him has come to loop 0 too, as the bus serves it
/// first.
package final class Mailboxes: Sendable {
  /// What comes to one loop.
  enum Mail: Sendable {
    case batch(Batch)
    /// On loop 0 only: `loop` asks.
    case query(DirectoryQuery, number: Int, loop: Int)
    case answer(DirectoryAnswer, number: Int)
  }

  /// A page that was read for a loop.
  struct History: Sendable {
    let number: Int
    let result: Result<HistoryPage, LogError>
  }

  private struct Port: Sendable {
    let mail: Mailbox<Mail>
    let history: Mailbox<History>
  }

  private let ports: [Port]

  /// `loops[0]` is the one that has the directory.
  package init(loops: [EventLoop], bus: any EventBus) {
    ports = loops.map { Port(mail: $0.mailbox(of: Mail.self), history: $0.mailbox(of: History.self)) }
    for port in ports { bus.listen { port.mail.post(.batch($0)) } }
  }

  /// Hands what comes to a shard's loop to the shard. To be called on that loop, once.
  func deliver(to shard: Shard) {
    let port = ports[Int(shard.id.loop)]
    shard.reactor.receive(port.history) { for history in $0 { shard.received(history) } }
    shard.reactor.receive(port.mail) { for mail in $0 { shard.received(mail) } }
  }

  func ask(_ query: DirectoryQuery, number: Int, from loop: Int) {
    ports[0].mail.post(.query(query, number: number, loop: loop))
  }

  func answer(_ answer: DirectoryAnswer, number: Int, to loop: Int) {
    ports[loop].mail.post(.answer(answer, number: number))
  }

  func post(_ history: History, to loop: Int) { ports[loop].history.post(history) }
}

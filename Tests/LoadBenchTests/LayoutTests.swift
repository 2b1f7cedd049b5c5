import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct LayoutTests {
  private func layout(_ change: (inout BenchPlan) -> Void) -> Layout {
    var plan = BenchPlan()
    (plan.receivers, plan.senders, plan.rooms, plan.members) = (3, 2, 2, 3)
    change(&plan)
    return Layout(plan)
  }

  @Test func inAFanoutManyListenToAFew() {
    let layout = layout { $0.scenario = .fanout }
    #expect(layout.clients.map(\.slot) == [nil, nil, nil, 0, 1])
    #expect(layout.clients.allSatisfy { $0.room == 0 && $0.door == .plain })
    // Three receivers, and the other sender.
    #expect(layout.recipientsPerMessage == 4)
  }

  @Test func whoPostsHearsNothing() {
    let layout = layout { ($0.scenario, $0.listening, $0.sending) = (.fanout, .ws, .http) }
    #expect(layout.clients.map(\.door) == [.ws, .ws, .ws, .http, .http])
    #expect(layout.recipientsPerMessage == 3)
  }

  @Test func inRoomsTheMembersDoBoth() {
    let layout = layout { $0.scenario = .rooms }
    #expect(layout.clients.map(\.room) == [0, 0, 0, 1, 1, 1])
    #expect(layout.clients.map(\.slot) == [0, 1, 2, 0, 1, 2])
    #expect(layout.recipientsPerMessage == 2)
  }

  @Test func inRoomsWithTwoDoorsEachHasItsClients() {
    let layout = layout { ($0.scenario, $0.listening, $0.sending) = (.rooms, .irc, .ws) }
    #expect(layout.clients.prefix(6).map(\.slot) == [nil, nil, nil, 0, 1, 2])
    #expect(layout.clients.count == 12)
    #expect(layout.recipientsPerMessage == 5)
  }

  @Test func postsHaveNoRecipients() {
    let layout = layout { ($0.scenario, $0.sending) = (.post, .http) }
    #expect(layout.clients.count == 2)
    #expect(layout.recipientsPerMessage == 0)
  }

  @Test func namesFitEveryServer() {
    for number in [0, 1, UInt32.max] {
      let names = Names(run: RunID(number: number))
      let nicks = [0, 1, 59_999].map(names.nick)
      #expect(nicks.allSatisfy { $0.count == 9 })
      #expect(Set(nicks).count == 3)
      #expect(names.room(59_999).count <= 49)
    }
  }
}

import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct TrafficTests {
  private func layout() -> Layout {
    var plan = BenchPlan()
    (plan.scenario, plan.rooms, plan.members) = (.rooms, 2, 3)
    return Layout(plan)
  }

  @Test func aMessageThatNobodySentIsMisplaced() {
    let traffic = Traffic(layout(), clock: Clock())
    var checks = [DeliveryCheck(), DeliveryCheck(), DeliveryCheck()]
    for marker in [
      Marker(room: 0, slot: 0, sequence: 0, time: 0), Marker(room: 1, slot: 0, sequence: 0, time: 0),
      Marker(room: 0, slot: 65_535, sequence: .max, time: .max),
      Marker(room: 65_535, slot: 0, sequence: 0, time: 0),
    ] {
      traffic.delivered(marker, room: marker.room, own: nil, checks: &checks, at: 1)
    }
    #expect(traffic.counts.misplaced == 4)
    #expect(traffic.counts.deliveries == 0)
    #expect(traffic.isComplete)
  }
}

import Glibc
import Testing

@testable import LoadBench

@Suite(.timeLimit(.minutes(5))) struct ProcessTimeTests {
  @Test func aNameMayHoldAnything() {
    let stat = "42 (a) b (c)) S 1 42 42 0 -1 4194304 100 0 0 0 73 21 0 0 20 0 1 0 1000 0 0"
    #expect(ProcessTime.ticks(in: stat) == 94)
  }

  @Test(arguments: ["", "42 (x) S 1", "no parenthesis", "42 (x) S 1 42 42 0 -1 0 0 0 0 0 x y"])
  func anythingElseIsNothing(stat: String) { #expect(ProcessTime.ticks(in: stat) == nil) }

  @Test func readsThisProcess() { #expect(ProcessTime.read(of: getpid()) != nil) }
}

import Glibc
import Testing

@testable import Reactor

@Suite(.timeLimit(.minutes(5))) struct OutputMarksTests {
  private static let live = OutputLane(0)
  private static let replay = OutputLane(1)
  /// Two lines for the second message: it is shown when both are.
  private static let messages = ["one\n", "two\ntwo and a half\n", "3\n", "four\n"]

  private static func run(from first: Int64 = 1) -> MarkedBytes {
    var run = MarkedBytes()
    for (id, text) in zip(first..., messages) { run.append(OutputMark(live, id)) { $0 += Array(text.utf8) } }
    return run
  }

  /// The first message of a run that is not shown whole when everything from `boundary` on is dropped.
  private static func firstMissed(from boundary: Int) -> Int64? {
    var end = 0
    for (id, text) in zip(1..., messages) {
      end += text.utf8.count
      if end > boundary { return Int64(id) }
    }
    return nil
  }

  private static let boundaries: [Int] =
    [0] + messages.joined().utf8.enumerated().filter { $0.element == 0x0A }.map { $0.offset + 1 }

  /// Outputs that nobody reads from, and that are never flushed.
  private func withOutput(limit: Int = 1 << 20, _ body: (Output, OutputQueue) -> Void) {
    let queue = OutputQueue(memoryLimit: 1 << 20)
    let output = Output(descriptor: -1, limit: limit, queue: queue)
    body(output, queue)
    output.free()
  }

  @Test func aSharedRunIsCutAtEveryPoint() {
    let run = Self.run()
    for sent in 0...run.bytes.count {
      for boundary in Self.boundaries where boundary >= sent {
        withOutput { output, queue in
          output.state.pointee.appendShared(queue.arena.copy(run), handle: output)
          output.state.pointee.keepShared(sent: sent)
          queue.arena.reset()
          #expect(output.dropUnsent(from: boundary).first(of: Self.live) == Self.firstMissed(from: boundary))
        }
      }
    }
  }

  /// Behind other bytes a run is copied, at once or in the pieces in which its sender is given it.
  @Test(arguments: [false, true]) func aCopiedRunIsCutAtEveryPoint(inPieces: Bool) {
    let own = Array("own\n".utf8)
    for boundary in Self.boundaries {
      withOutput { output, queue in
        output.append(own, mark: OutputMark(Self.replay, 9))
        if inPieces {
          var (run, given) = (MarkedBytes(), 0)
          for (id, text) in zip(1..., Self.messages) {
            run.append(OutputMark(Self.live, Int64(id))) { $0 += Array(text.utf8) }
            output.append(run, from: given)
            given = run.bytes.count
          }
        } else {
          output.state.pointee.appendShared(queue.arena.copy(Self.run()), handle: output)
        }
        output.state.pointee.keepMarks()
        queue.arena.reset()
        let dropped = output.dropUnsent(from: own.count + boundary)
        #expect(dropped.first(of: Self.live) == Self.firstMissed(from: boundary))
        #expect(dropped.first(of: Self.replay) == nil)
      }
    }
  }

  @Test func eachLaneHasItsFirst() {
    withOutput { output, queue in
      for value in Int64(1)...3 {
        output.append(Array("live\n".utf8), mark: OutputMark(Self.live, 100 + value))
        output.append(Array("unmarked\n".utf8))
        output.append(Array("old\n".utf8), mark: OutputMark(Self.replay, value))
      }
      let dropped = output.dropUnsent(from: 18 + 5 + 9)
      #expect(dropped.first(of: Self.live) == 103)
      #expect(dropped.first(of: Self.replay) == 2)
      #expect(dropped.first(of: OutputLane(2)) == nil)
    }
  }

  /// A run that is too much is not kept, nor what comes after it.
  @Test func whatAnOverflowDoesNotKeepIsDropped() {
    let run = Self.run(from: 2)
    withOutput(limit: 20) { output, queue in
      // Nobody takes it: the descriptor is none.
      output.append(Array("first\n".utf8), mark: OutputMark(Self.live, 1))
      #expect(!output.isOverflowed)
      output.state.pointee.appendShared(queue.arena.copy(run), handle: output)
      #expect(output.isOverflowed)
      output.append(Array("x\n".utf8), mark: OutputMark(Self.live, 6))
      output.append(Array("x\n".utf8), mark: OutputMark(Self.replay, 7))
      output.append(Array("x\n".utf8), mark: OutputMark(Self.replay, 8))
      #expect(output.firstLost(of: Self.live) == 2)
      #expect(output.firstLost(of: Self.replay) == 7)
      var sent = DroppedMarks()
      sent.note(OutputMark(Self.live, 2))
      sent.note(OutputMark(Self.replay, 7))
      #expect(output.dropUnsent(from: 6) == sent)
    }
  }

  @Test func ofWhatDoesNotWaitThereAreNoMarks() {
    withOutput { output, queue in
      output.append(Array("own\n".utf8), mark: OutputMark(Self.live, 1))
      output.state.pointee.appendShared(queue.arena.copy(Self.run(from: 2)), handle: output)
      #expect(output.state.pointee.marks.bytes == 0)
      output.state.pointee.keepMarks()
      let all = output.state.pointee.marks.bytes
      #expect(all == 5 * MemoryLayout<EndMark>.stride)
      var marks = output.state.pointee.marks
      marks.forget(sent: 8)
      #expect(marks.bytes == all - 2 * MemoryLayout<EndMark>.stride)
      marks.removeAll()
      #expect(marks.bytes == 0)
    }
  }

  /// Marks go with their bytes when those that were sent are removed from the block.
  @Test func marksFollowTheirBytes() {
    let arena = TurnArena()
    var marks = OutputMarks()
    for value in Int64(1)...100 { marks.add(OutputMark(Self.live, value), end: Int(value) * 10, arena) }
    marks.move(by: 45)
    marks.move(by: 200)
    #expect(marks.dropped(from: 0).first(of: Self.live) == 25)
    #expect(marks.dropped(from: 4).first(of: Self.live) == 25)
    #expect(marks.dropped(from: 5).first(of: Self.live) == 26)
    #expect(marks.dropped(from: 1_000).first(of: Self.live) == nil)
  }
}

import ChatTestSupport
import LineProtocol
import Testing

@testable import ChatCore

/// The argument of a test that fails is the seed that it fails for.
@Suite(.timeLimit(.minutes(5))) struct RequestJournalTests {
  private static let seeds: Range<UInt64> = 0..<3

  private func journal(_ requests: some Sequence<PlacedRequest>) -> [UInt8] {
    var journal = RequestJournal()
    for request in requests { journal.append(request) }
    return journal.bytes
  }

  @Test(arguments: seeds) func aDayIsReplayed(_ seed: UInt64) throws {
    let day = try Day(seed: seed)
    let bytes = journal(day.requests)
    let (records, length) = try RequestJournal.read(bytes)
    #expect(length == bytes.count && records == day.requests)
    let replica = Replica(day.states[0])
    try replica.decide(records)
    #expect(replica.events == day.events)
    let last = try #require(day.states.last)
    #expect(replica.state.isExactly(last))
  }

  @Test func aCutRecordEndsIt() throws {
    let requests = try Day(seed: 1, count: 20).requests
    let bytes = journal(requests)
    var ends = [0]
    for request in requests { ends.append((ends.last ?? 0) + journal([request]).count) }
    for length in 0...bytes.count {
      let (records, whole) = try RequestJournal.read(Array(bytes[..<length]))
      #expect(whole == ends.last { $0 <= length } && records == Array(requests[..<records.count]))
    }
  }

  @Test(arguments: seeds) func changedBytesAreReadAsWhatTheySayOrNotAtAll(_ seed: UInt64) throws {
    var bytes = journal(try Day(seed: seed, count: 12).requests)
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        bytes[index] ^= change
        if let (records, length) = try? RequestJournal.read(bytes) {
          #expect(journal(records) == Array(bytes[..<length]))
        }
        bytes[index] ^= change
      }
    }
  }

  @Test func aLengthThatNoRecordHasIsNoCut() {
    let error = CodecError("no record has 16385 bytes", at: 0)
    #expect(throws: error) { try RequestJournal.read([0x01, 0x40, 0, 0]) }
  }

  /// A place at the end of numbers must not stop who reads it.
  @Test func anIDThatCannotBeIsRefused() throws {
    let place = Place(id: .max, time: Timestamp(milliseconds: 0))
    let bytes = journal([PlacedRequest(Request(SessionID(loop: 0, serial: 1), .end(reason: "")), at: place)])
    #expect(throws: CodecError.self) { try RequestJournal.read(bytes) }
  }

  /// The longest request fits a record.
  @Test func theLongestRequestIsRead() throws {
    let name = try RoomName(String(repeating: "r", count: Limits.room))
    let action = Request.Action.part(name, reason: String(repeating: "x", count: Limits.line))
    let place = Place(id: MessageID(1 << 53), time: Timestamp(milliseconds: .max))
    let placed = PlacedRequest(Request(SessionID(loop: .max, serial: .max), action), at: place)
    #expect(try RequestJournal.read(journal([placed])).records == [placed])
  }
}

import Delivery
import HTTPProtocol
import LineProtocol
import Testing

@testable import AdminHTTP
@testable import ChatCore

@Suite(.timeLimit(.minutes(5))) struct WebSocketFrameTests {
  private func message(_ id: MessageID, text: String = "hello") -> Message {
    Message(id: id, room: "lobby", user: "ann", text: text, time: Timestamp(milliseconds: 0))
  }

  private func frames(_ encode: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(&bytes)
    return bytes
  }

  @Test func showsWhatHappens() throws {
    let format = WebSocketFormat()
    let (lobby, bob) = (try RoomName("lobby"), try Nick("bob"))
    let events = [
      Event.Kind.joined(
        Joining(room: RoomID(1), name: lobby, nick: bob, newest: 58, after: nil, isFirst: true, seat: 1)),
      .renamed(Renaming(old: bob, new: try Nick("rob"), isClaimed: true, rooms: [])),
      .parted(
        Parting(
          room: RoomID(1), name: lobby, nick: bob, reason: "gone", isLast: true, seat: 1, index: 0)),
      .quit(Quitting(nick: bob, isClaimed: true, reason: "gone", isNameGone: true, rooms: [])),
      .topic(
        TopicChange(
          id: 59, room: RoomID(1), name: lobby,
          topic: Topic(text: "x", author: "bob", time: Timestamp(milliseconds: 0)), old: nil,
          before: RoomBefore(isStored: true, newest: 58))),
    ].map { Event(origin: SessionID(loop: 0, serial: 1), $0) }
    let bytes = frames {
      format.encode(message(58), into: &$0)
      for event in events { format.encode(event, seenBy: .others(in: lobby), into: &$0) }
      WebSocketFrame.gap(room: "lobby", from: 3, to: 9, into: &$0)
      WebSocketFrame.error(ProtocolError(.textEmpty, asked: "x"), into: &$0)
    }
    let data =
      #"{"id":58,"user":"ann","room":"lobby","text":"hello","role":"user","ts":"1970-01-01T00:00:00.000Z"}"#
    #expect(
      texts(bytes) == [
        #"{"type":"message","data":\#(data)}"#,
        #"{"type":"join","data":{"user":"bob","room":"lobby"}}"#,
        #"{"type":"part","data":{"user":"bob","room":"lobby"}}"#,
        #"{"type":"join","data":{"user":"rob","room":"lobby"}}"#,
        #"{"type":"part","data":{"user":"bob","room":"lobby"}}"#,
        #"{"type":"part","data":{"user":"bob","room":"lobby"}}"#,
        #"{"type":"gap","data":{"room":"lobby","from":3,"to":9}}"#,
        #"{"type":"error","data":{"code":"text-empty","reason":"the text is empty"}}"#,
      ])
  }

  private func texts(_ bytes: [UInt8]) -> [String] {
    var texts: [String] = []
    var rest = bytes[...]
    while let length = WebSocketEncoder.frameLength(Array(rest).span) {
      let size = WebSocketFrameHeader(Array(rest).span)?.size ?? 0
      texts.append(String(decoding: rest.dropFirst(size).prefix(length - size), as: UTF8.self))
      rest = rest.dropFirst(length)
    }
    return texts
  }
}

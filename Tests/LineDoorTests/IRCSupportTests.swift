import LineProtocol
import Testing

@testable import LineDoor

@Suite(.timeLimit(.minutes(5))) struct IRCSupportTests {
  private func value(of name: String) throws -> String {
    let token = try #require(
      IRCSupport.tokens(networkName: "x", roomsPerSession: 5).first { $0.hasPrefix(name + "=") })
    return String(token.dropFirst(name.count + 1))
  }

  @Test func limitsAreThoseThatAreChecked() throws {
    let nick = String(repeating: "n", count: try #require(Int(try value(of: "NICKLEN"))))
    #expect((try? Nick(nick)) != nil && (try? Nick(nick + "n")) == nil)
    let channel = "#" + String(repeating: "c", count: try #require(Int(try value(of: "CHANNELLEN"))) - 1)
    #expect((try? RoomName(channel: channel)) != nil && (try? RoomName(channel: channel + "c")) == nil)
    let room = try RoomName(channel)
    let topic = String(repeating: "t", count: try #require(Int(try value(of: "TOPICLEN"))))
    #expect((try? IRCDialect.topic(topic, of: room)) == topic)
    #expect((try? IRCDialect.topic(topic + "t", of: room)) == nil)
  }

  @Test func theLongestTopicIsNeverCut() throws {
    let encoder = IRCEncoder(serverName: String(repeating: "s", count: Limits.serverName))
    let nick = String(repeating: "n", count: Limits.nick)
    let room = String(repeating: "r", count: Limits.room)
    let topic = String(repeating: "t", count: IRCSupport.topicBytes)
    var event: [UInt8] = []
    encoder.topic(nick: nick, room: room, topic: topic, into: &event)
    #expect(String(decoding: event, as: UTF8.self).hasSuffix(":\(topic)\r\n"))
    var listed: [UInt8] = []
    encoder.numeric(.rplList, to: nick, params: ["#" + room, "1000000"], trailing: topic, into: &listed)
    #expect(String(decoding: listed, as: UTF8.self).hasSuffix(":\(topic)\r\n"))
  }

  @Test func theLimitOfRoomsIsTheGivenOne() throws {
    #expect(try value(of: "CHANLIMIT") == "#:5")
    let unlimited = IRCSupport.tokens(networkName: "x", roomsPerSession: nil)
    #expect(!unlimited.contains { $0.hasPrefix("CHANLIMIT") })
  }

  @Test func tokensAreWords() {
    for token in IRCSupport.tokens(networkName: "My = \\ Net: ü", roomsPerSession: nil) {
      #expect(!token.contains(" ") && !token.hasPrefix(":"))
    }
    #expect(IRCSupport.escaped("My = \\ Net") == "My\\x20\\x3D\\x20\\x5C\\x20Net")
  }

  @Test func channelsBeginWithHash() {
    #expect((try? RoomName(channel: "#ops"))?.text == "ops")
    for name in ["ops", "", "#", "##ops", "&ops", "#a b"] {
      #expect(throws: IRCRefusal.self) { try RoomName(channel: name) }
    }
  }
}

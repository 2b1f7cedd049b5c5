import ChatCore
import Delivery
import LineProtocol
import Synchronization

extension IRCDialect {
  /// `MODE target [changes]`. Channels have no modes, so of them only questions are answered.
  func mode(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let target = line.parameters[0]
    let change = line.parameters.count > 1 ? line.parameters[1] : nil
    if target.utf8.first == UInt8(ascii: "#") {
      return channelMode(target, change, line.parameters.count, session)
    }
    if let nick = try? Nick(target), nick == session.nick {
      if let change {
        changeModes(of: nick, change, session)
      } else {
        reply(.rplUModeIs, [modes.text], to: session)
      }
    } else {
      refuse(IRCRefusal(.errUsersDontMatch), session)
    }
    return .done
  }

  private func changeModes(of nick: Nick, _ changes: String, _ session: LineSession) {
    let (made, isKnown) = modes.change(changes)
    if !made.isEmpty {
      session.shard.metrics.invisibleSessions.add(modes.isInvisible ? 1 : -1, ordering: .relaxed)
      let irc = session.settings.irc
      session.send {
        irc.line(
          source: irc.source(name(session)), command: "MODE", params: [name(session)], trailing: made,
          into: &$0)
      }
    }
    if !isKnown { refuse(IRCRefusal(.errUModeUnknownFlag), session) }
  }

  private func channelMode(
    _ channel: String, _ change: String?, _ count: Int, _ session: LineSession
  ) -> IRCProgress {
    let room: RoomName
    do throws(IRCRefusal) {
      room = try RoomName(channel: channel)
    } catch {
      refuse(error, session)
      return .done
    }
    return ask(.room(room), session) { reply, irc, session in
      guard case .room(let description) = reply else {
        irc.refuse(IRCRefusal(.errNoSuchChannel, [room.channel]), session)
        return .done
      }
      if change == nil {
        irc.reply(.rplChannelModeIs, [description.name.channel, "+"], to: session)
      } else if count == 2, change == "b" || change == "+b" {
        // Clients ask for the bans of each channel that they join.
        irc.reply(.rplEndOfBanList, [channel], to: session)
      } else {
        irc.refuse(IRCRefusal(.errChanOPrivsNeeded, [channel]), session)
      }
      return .done
    }
  }
}

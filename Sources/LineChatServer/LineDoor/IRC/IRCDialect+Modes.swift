import ChatCore
import LineProtocol

extension IRCDialect {
  /// `MODE target [changes]`. Neither channels nor people have modes, so only questions are answered.
  func mode(_ line: IRCLine, _ session: LineSession) -> IRCProgress {
    let target = line.parameters[0]
    let change = line.parameters.count > 1 ? line.parameters[1] : nil
    if target.utf8.first == UInt8(ascii: "#") {
      return channelMode(target, change, line.parameters.count, session)
    }
    if let nick = try? Nick(target), nick == session.nick {
      if change == nil {
        reply(.rplUModeIs, ["+"], to: session)
      } else {
        refuse(IRCRefusal(.errUModeUnknownFlag), session)
      }
    } else {
      refuse(IRCRefusal(.errUsersDontMatch), session)
    }
    return .done
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
    guard let change else { return showChannelMode(room, session) }
    if count == 2, change == "b" || change == "+b" {
      // Clients ask for the bans of each channel that they join.
      reply(.rplEndOfBanList, [channel], to: session)
    } else {
      refuse(IRCRefusal(.errChanOPrivsNeeded, [channel]), session)
    }
    return .done
  }

  private func showChannelMode(_ room: RoomName, _ session: LineSession) -> IRCProgress {
    ask(.describe(room), session) { reply, irc, session in
      if case .room(let description) = reply {
        irc.reply(.rplChannelModeIs, [description.name.channel, "+"], to: session)
      } else {
        irc.refuse(IRCRefusal(.errNoSuchChannel, [room.channel]), session)
      }
      return .done
    }
  }
}

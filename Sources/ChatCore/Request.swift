package import LineProtocol

/// What a session asks for that changes something. It holds only what was asked, in names: what follows from
/// its place (an id, a time, whether a name is the first in a room) is in the ``Event`` alone.
package struct Request: Sendable, Equatable {
  package enum Action: Sendable, Equatable {
    /// A line session takes a nick, its first or another one.
    case claim(Nick)
    /// A session that claims nothing (WebSocket) says what it is called, and enters a room. Both happen, or
    /// neither.
    case enter(Nick, RoomName, after: MessageID?)
    /// Enter a room, which is made if it is not there. `after`: resume behind this id.
    case join(RoomName, after: MessageID?)
    case part(RoomName, reason: String?)
    /// Say something in a room that one has joined. `once`: if this name has used the reference before, the
    /// answer is that of the first time, and nothing is said.
    case publish(RoomName, MessageText, Message.Kind, once: MessageReference? = nil)
    /// Say something in any room, which is made if it is not there, without being there: POST and agents.
    case post(RoomName, MessageText, as: Nick, Message.Role, once: MessageReference? = nil)
    /// An empty text takes the topic away.
    case setTopic(RoomName, String)
    /// The session is gone.
    case end(reason: String)
  }

  /// Which action was asked for: what a refusal is about.
  package enum Verb: UInt8, Sendable, CaseIterable {
    case claim = 1
    case enter, join, part, publish, post, setTopic, end
  }

  package let session: SessionID
  package let action: Action
  /// Bytes that it takes in memory, about; what bounds of queues are counted in.
  package let cost: Int

  package init(_ session: SessionID, _ action: consuming Action) {
    self.session = session
    cost = 128 + action.textBytes
    self.action = action
  }
}

extension Request.Action {
  package var verb: Request.Verb {
    switch self {
    case .claim: .claim
    case .enter: .enter
    case .join: .join
    case .part: .part
    case .publish: .publish
    case .post: .post
    case .setTopic: .setTopic
    case .end: .end
    }
  }

  fileprivate var textBytes: Int {
    switch self {
    case .publish(_, let text, _, _), .post(_, let text, _, _, _): text.string.utf8.count
    case .setTopic(_, let text): text.utf8.count
    case .claim, .enter, .join, .part, .end: 0
    }
  }

  /// Something is to be said once. To be asked before ``utterance``, of which few need the copy.
  package var isOnce: Bool {
    switch self {
    case .publish(_, _, _, once: .some), .post(_, _, as: _, _, once: .some): true
    case .publish, .post, .claim, .enter, .join, .part, .setTopic, .end: false
    }
  }

  /// What is to be said, and where; nil if nothing is.
  package var utterance: Utterance? {
    switch self {
    case .publish(let room, let text, let kind, let reference):
      Utterance(room: room, text: text, kind: kind, reference: reference)
    case .post(let room, let text, _, _, let reference):
      Utterance(room: room, text: text, kind: .message, reference: reference)
    case .claim, .enter, .join, .part, .setTopic, .end: nil
    }
  }
}

/// What somebody wants to say.
package struct Utterance: Sendable, Equatable {
  package let room: RoomName
  package let text: MessageText
  package let kind: Message.Kind
  /// What it would be said once by.
  package let reference: MessageReference?
}

/// Names one session (a connection that takes part in the chat, on any door) for as long as its node runs,
/// among those of all nodes.
///
/// On one node, node and incarnation are 0. They are part of the name because an event of another node's loop
/// 0, serial 5 must not answer a session of this one.
package struct SessionID: Hashable, Sendable {
  /// The process that the session is connected to.
  package let node: UInt16
  /// The event loop of that process that the session's connection lives on.
  package let loop: UInt16
  /// Which of the runs of that process it is: rises with each start.
  package let incarnation: UInt32
  /// Counts the sessions of that loop from 1; never used again in one incarnation.
  package let serial: UInt64

  package init(node: UInt16 = 0, loop: UInt16, incarnation: UInt32 = 0, serial: UInt64) {
    self.node = node
    self.loop = loop
    self.incarnation = incarnation
    self.serial = serial
  }

  /// The sessions of one run of a node differ by loop and serial: what else is equal need not be mixed in.
  package func hash(into hasher: inout Hasher) { hasher.combine(serial &* 0x1_0000 &+ UInt64(loop)) }

  /// Whether both are sessions of one loop of one run of a process.
  package func isBeside(_ other: SessionID) -> Bool {
    node == other.node && loop == other.loop && incarnation == other.incarnation
  }
}

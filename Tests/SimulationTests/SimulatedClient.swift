import ChatCore
import ChatTestSupport

/// Somebody at one of the doors: asks for things, and checks what it is shown against the truth.
class SimulatedClient {
  let number: Int
  unowned let simulation: Simulation
  var socket: PeerSocket?
  /// Its session, where the server has one for the whole connection.
  var session: SessionID?
  /// It hardly reads.
  let isSlow: Bool
  /// It does not answer when the server asks whether it is still there.
  var isMute: Bool
  private var said = 0
  /// Bytes of its texts, one of these.
  private let fillers: [Int]

  init(_ number: Int, _ simulation: Simulation) {
    self.number = number
    self.simulation = simulation
    isSlow = simulation.random.oneIn(4)
    isMute = simulation.random.oneIn(4)
    fillers = simulation.random.oneIn(3) ? [300, 3_000] : [0, 0, 0, 40, 300]
  }

  var truth: Truth { simulation.truth }
  var who: String { "client \(number)" }

  /// Asks for something, if it can now.
  func act() {}
  /// Deals with what was read.
  func received() {}
  /// Nothing more is to come: everything that was asked for is answered.
  var isIdle: Bool { true }
  /// The server asks it whether it is still there when it is silent.
  var isAskedToAnswer: Bool { false }
  /// A server that ends says so to it.
  var expectsFarewell: Bool { false }
  /// Does what is needed to come to rest.
  func settle() {}
  /// Asks who is in its rooms, at the end of a run.
  func askNames() {}
  /// Room and name of each presence.
  var presences: [(room: String, name: String)] { [] }
  /// It has been shown everything, and the names that it was told are these.
  func checkEnd(_ names: [String: Set<String>]) {}
  func connect() {}
  /// The connection is gone.
  func lost() {}

  func close() {
    guard let socket else { return }
    if simulation.random.oneIn(3) {
      socket.read(1 << 20)
      received()
    }
    self.socket?.close()
    if self.socket != nil { disconnected() }
  }

  func disconnected() {
    socket?.close()
    socket = nil
    lost()
  }

  /// Whatever comes, nothing comes after the last words.
  func checkFarewell(_ text: String) {
    if socket?.hasFarewell == true { truth.fail("\(who): after the last words: \(text.prefix(200))") }
  }

  func newText(isMultiline: Bool = false) -> String {
    said += 1
    let filler = String(
      repeating: "x", count: simulation.random.pick(fillers))
    return "~\(number).\(said)" + (isMultiline ? "\nsecond" : "") + (filler.isEmpty ? "" : " \(filler)")
  }

  /// Mostly one of these.
  func aRoom(of joined: some Collection<String>) -> String {
    joined.isEmpty || simulation.random.oneIn(6) ? aRoom : simulation.random.pick(joined.sorted())
  }

  var aRoom: String { simulation.random.pick(Simulation.rooms) }
}

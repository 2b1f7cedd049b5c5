package import ChatCore
package import LineProtocol

/// A session that carries out ``Step``s: one after another, each when the one before it is done.
package protocol StepRunner: AnyObject {
  var progress: StepProgress { get set }

  func say(_ bytes: [UInt8])
  func countRefusal(_ code: String)
  func submit(_ action: Request.Action)
  /// Answered by ``answered(_:)``.
  func ask(_ query: DirectoryQuery)
  /// Answered by ``answered(_:)``.
  func read(_ query: HistoryQuery)
  /// Followed by ``drained()``.
  func awaitDrain()
  func goLive(in room: RoomID)
  /// Followed by ``replayed(_:)``, which may come at once.
  func startReplay(_ order: ReplayOrder)
  func close(reason: String)
  func perform(_ own: any DoorStep)
  /// All steps have been taken, the last of them after something was waited for.
  func stepsEnded()
}

/// How far the steps of a session are.
package struct StepProgress {
  package fileprivate(set) var activity = Activity.idle
  /// What follows, the last first.
  fileprivate var following: [Step] = []
  fileprivate var isRunning = false
  /// Nothing is waited for. Kept, as it is asked for each line.
  package private(set) var isIdle = true

  package init() {}

  fileprivate mutating func wait(for activity: Activity) {
    self.activity = activity
    isIdle = false
  }

  fileprivate mutating func add(_ steps: some Sequence<Step>) {
    following.append(contentsOf: steps)
    isIdle = false
  }

  /// The next step; nil when something is waited for, or nothing follows.
  fileprivate mutating func next() -> Step? {
    guard case .idle = activity else { return nil }
    guard let step = following.popLast() else {
      // A session that waits for its client keeps no memory for steps.
      following = []
      isIdle = true
      return nil
    }
    return step
  }

  fileprivate mutating func drop() {
    activity = .idle
    following = []
    isIdle = true
  }
}

extension StepRunner {
  /// Takes a step, and those that follow from it, up to the first that waits. To be called when nothing is
  /// waited for.
  package func run(_ step: Step) {
    progress.add(CollectionOfOne(step))
    goOn()
  }

  private func goOn() {
    // What is carried out may be answered before it returns.
    if progress.isRunning { return }
    progress.isRunning = true
    while let step = progress.next() { take(step) }
    progress.isRunning = false
  }

  private func take(_ step: Step) {
    switch step {
    case .done: break
    case .say(let bytes): say(bytes)
    case .refuse(let bytes, let code):
      countRefusal(code)
      say(bytes)
    case .submit(let action): submit(action)
    case .request(let action, let then):
      progress.wait(for: .requesting(action.verb, then: then))
      submit(action)
    case .ask(let query, let then):
      progress.wait(for: .asking(then: then))
      ask(query)
    case .read(let query, let then):
      progress.wait(for: .reading(then: then))
      read(query)
    case .page(let bytes, let next):
      progress.wait(for: .listing(next: next))
      say(bytes)
      awaitDrain()
    case .goLive(let room): goLive(in: room)
    case .replay(let order, let then):
      progress.wait(for: .replaying(order.name, then: then))
      startReplay(order)
    case .steps(let steps): progress.add(steps.reversed())
    case .close(let reason):
      progress.drop()
      close(reason: reason)
    case .door(let step): perform(step)
    }
  }

  // MARK: What was waited for

  /// Something that the session asked for has happened; nothing is done if it is not what is waited for.
  package func happened(_ event: Event) {
    guard case .requesting(let verb, let then) = progress.activity, event.answers(verb) else { return }
    resume(then(event))
  }

  package func answered(_ answer: DirectoryAnswer) {
    if case .asking(let then) = progress.activity { resume(then(answer)) }
  }

  package func answered(_ result: Result<HistoryPage, LogError>) {
    if case .reading(let then) = progress.activity { resume(then(result)) }
  }

  package func drained() {
    if case .listing(let next) = progress.activity { resume(next) }
  }

  /// A replay has come to its end, at an id, or failed.
  package func replayed(_ result: Result<MessageID, LogError>) {
    if case .replaying(_, let then) = progress.activity { resume(then(result)) }
  }

  private func resume(_ step: Step) {
    progress.activity = .idle
    progress.add(CollectionOfOne(step))
    if progress.isRunning { return }
    goOn()
    if progress.isIdle { stepsEnded() }
  }

  /// The session is over: nothing is waited for, and nothing follows.
  package func dropSteps() { progress.drop() }
}

extension Event {
  /// Whether it is what came of a request of this verb.
  fileprivate func answers(_ verb: Request.Verb) -> Bool {
    switch kind {
    case .message, .repeated: verb == .publish || verb == .post
    case .topic: verb == .setTopic
    case .named, .renamed: verb == .claim
    case .joined: verb == .join || verb == .enter
    case .parted: verb == .part
    case .quit: verb == .end
    case .refused(let refusal): refusal.verb == verb
    case .opened, .closed, .wanted: false
    }
  }
}

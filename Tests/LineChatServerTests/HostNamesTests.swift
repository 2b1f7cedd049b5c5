import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct HostNamesTests {
  private func names(_ machine: String, _ change: (inout ServerConfiguration) -> Void = { _ in }) -> [String]
  {
    var configuration = ServerConfiguration()
    change(&configuration)
    return configuration.hostNames(machine: machine)
  }

  @Test func theMachinesOwn() {
    #expect(names("box") == ["box", "box.local", "127.0.0.1"])
    #expect(names("box.example.org") == ["box.example.org", "box.local", "127.0.0.1"])
    #expect(names("") == ["127.0.0.1"])
  }

  @Test func whatTheOptionsName() {
    let all = names("box") {
      $0.allowHosts = ["chat.example"]
      $0.allowOrigins = ["https://app.example", "http://dev.example:3000"]
      $0.http = Address(host: "chat.lan", port: 8000)
    }
    #expect(all == ["chat.example", "box", "box.local", "app.example", "dev.example", "chat.lan"])
    #expect(names("box") { $0.http = nil } == ["box", "box.local"])
  }

  @Test func theKernelTellsAName() { #expect(!MachineName.current.isEmpty) }
}

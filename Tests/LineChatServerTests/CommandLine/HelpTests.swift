import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct HelpTests {
  @Test func theOverviewFitsAScreen() {
    #expect(Help.overview.split(separator: "\n", omittingEmptySubsequences: false).count <= 24)
    for subcommand in Subcommand.all { #expect(Help.overview.contains("  \(subcommand.name)")) }
  }

  @Test(arguments: [Help.overview] + Subcommand.all.map(Help.page))
  func aPageIs80ColumnsWide(page: String) {
    for line in page.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(page.hasSuffix("\n"))
  }

  @Test(arguments: ServerConfiguration.options.map(\.description))
  func thePageOfServeTellsEveryOption(option: OptionDescription) {
    let page = Help.page(.serve)
    #expect(page.contains("--\(option.name) \(option.placeholder)"))
    #expect(page.contains("environment \(option.environmentName))"))
    if let value = option.defaultText {
      #expect(page.contains("default \(value), environment \(option.environmentName)"))
    }
  }

  @Test func namesOfVariablesFollowFromTheOptions() {
    let names = ServerConfiguration.options.map(\.description.environmentName)
    #expect(names.contains("LINECHAT_AGENT_ROOMS"))
    #expect(Set(names).count == names.count)
  }
}

import LineProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct NumericTests {
  @Test func codesHaveThreeDigits() {
    #expect(Numeric.rplWelcome.code == "001")
    #expect(Numeric.errNoSuchNick.code == "401")
    #expect(Numeric.allCases.allSatisfy { $0.code.utf8.count == 3 && Int($0.code) == $0.rawValue })
  }

  @Test(arguments: Numeric.allCases.filter { "\($0)".hasPrefix("err") })
  func everyErrorHasAText(_ numeric: Numeric) {
    #expect(numeric.text?.isEmpty == false)
    #expect(numeric.rawValue >= 400)
  }
}

import Testing

@testable import LineChatServer

@Suite(.timeLimit(.minutes(5))) struct MemoryLimitTests {
  private func limit(_ groups: String, _ files: [String: String]) -> Int? {
    MemoryLimit.controlGroupLimit(of: groups) { files[$0] }
  }

  @Test func isAQuarterAndAtLeastSomething() {
    #expect(MemoryLimit.standard(of: 8 << 30) == 2 << 30)
    #expect(MemoryLimit.standard(of: 512 << 20) == 256 << 20)
    #expect(MemoryLimit.standard(of: 0) == 256 << 20)
    #expect(MemoryLimit.standard >= 256 << 20)
  }

  @Test func theLeastOfTheGroupsAboveCounts() {
    let files = [
      "/sys/fs/cgroup/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "4000\n",
      "/sys/fs/cgroup/a/b/memory.max": "9000\n",
    ]
    #expect(limit("0::/a/b\n", files) == 4000)
    #expect(limit("0::/\n", files) == nil)
  }

  @Test func bothVersionsAreRead() {
    let files = [
      "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "7000\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ]
    #expect(limit("5:cpu:/y\n4:memory:/x\n0::/\n", files) == 7000)
    #expect(limit("4:cpuacct,memory:/not/here\n", files) == 9_223_372_036_854_771_712)
  }

  @Test func whatCannotBeReadIsNoLimit() {
    #expect(limit("", [:]) == nil)
    #expect(limit("nonsense\n::\n0::/a\n", ["/sys/fs/cgroup/a/memory.max": "0"]) == nil)
    #expect(limit("0::/a\n", ["/sys/fs/cgroup/a/memory.max": "99999999999999999999999\n"]) == nil)
  }
}

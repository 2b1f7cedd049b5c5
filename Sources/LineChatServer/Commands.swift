import ChatStore
import Glibc
import LineProtocol
import LoadBench

/// `linechat bench`.
enum BenchCommand {
  /// Returns the exit status: 0 when nothing was lost, doubled, out of order or refused; otherwise 1.
  static func run(_ plan: BenchPlan, asJSON: Bool) -> Int32 {
    let isTerminal = isatty(2) == 1
    do throws(BenchFailure) {
      let report = try runBench(
        plan, descriptors: FileLimit.raise(), progress: isTerminal ? showProgress : nil)
      let isPrinted = writeAll(asJSON ? report.json + "\n" : report.text, to: 1)
      return isPrinted && report.isClean ? 0 : 1
    } catch {
      writeAll("linechat: \(error.reason)\n", to: 2)
      return 1
    }
  }

  /// Replaces the terminal's last line (ECMA-48: CR, and EL to erase what is longer).
  @Sendable private static func showProgress(_ line: String) { writeAll("\r\(line)\u{1B}[K", to: 2) }
}

/// `linechat repair-times`.
enum RepairTimesCommand {
  /// Returns the exit status: 0 when no time is ahead of the clock any more.
  static func run(directory: String) -> Int32 {
    let now = WallClock.now
    do throws(StoreError) {
      let repair = try TimeRepair(directory: directory, now: now.milliseconds)
      let isPrinted = writeAll(
        "\(repair.messages) messages and \(repair.topics) topics were dated after \(now) and are now dated then\n",
        to: 1)
      return isPrinted ? 0 : 1
    } catch {
      writeAll("linechat: \(error)\n", to: 2)
      return 1
    }
  }
}

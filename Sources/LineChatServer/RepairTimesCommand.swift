import ChatStore
import LineProtocol

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

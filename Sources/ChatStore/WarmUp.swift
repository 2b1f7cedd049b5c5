import Glibc

/// Asks the kernel to read a file into its cache ahead of use: history is read page by page from all over the
/// file, which is quick from memory and slow from a disk.
final class WarmUp: Sendable {
  /// Only the end of a larger file, its newest part, is read.
  static let bytes = 1 << 30
  /// The kernel reads ahead no more than about this much for one call (mm/readahead.c, force_page_cache_ra).
  private static let step = 1 << 20

  private let file: Int32

  init(path: String) { file = open(path, O_RDONLY | O_CLOEXEC) }

  func readAhead() {
    var status = stat()
    if fstat(file, &status) != 0 { return }
    for offset in stride(from: max(0, status.st_size - Self.bytes), to: status.st_size, by: Self.step) {
      // Advice only: what fails is read when it is needed.
      posix_fadvise(file, offset, Self.step, POSIX_FADV_WILLNEED)
    }
  }

  /// To be called when SQLite has closed the file, not before: the close of any descriptor of a file lets go
  /// of all locks that the process has on it (fcntl(2)). The next program to close the database would take
  /// itself for the last one, and remove the WAL.
  func stop() { close(file) }
}

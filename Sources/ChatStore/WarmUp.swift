import Glibc

/// Asks the kernel to read a file into its cache ahead of use: history is read page by page from all over the file, which is quick
/// from memory and slow from a disk.
///
/// It has a descriptor of its own, which stays open as long as this process has connections to the database: closing any
/// descriptor of a file drops all locks that the process has on it (POSIX, `fcntl`), and SQLite's are of that kind
/// (https://www.sqlite.org/howtocorrupt.html, 2.2). Without them another program takes the database for its own.
struct WarmUp: Sendable {
  /// Only the end of a larger file, its newest part, is read.
  private static let bytes = 1 << 30
  /// The kernel reads ahead no more than about this much for one call (mm/readahead.c, force_page_cache_ra).
  private static let step = 1 << 20

  private let file: Int32

  /// Opens the file. One that cannot be opened is not read ahead.
  init(path: String) { file = open(path, O_RDONLY | O_CLOEXEC) }

  func readAhead() {
    var status = stat()
    if fstat(file, &status) != 0 { return }
    for offset in stride(from: max(0, status.st_size - Self.bytes), to: status.st_size, by: Self.step) {
      // Advice only: what fails is read when it is needed.
      posix_fadvise(file, offset, Self.step, POSIX_FADV_WILLNEED)
    }
  }

  /// To be called once, when the last connection is closed.
  func close() {
    if file >= 0 { Glibc.close(file) }
  }
}

import Glibc

/// Asks the kernel to read a file into its cache ahead of use: history is read page by page from all over the file, which is quick
/// from memory and slow from a disk.
enum WarmUp {
  /// Only the end of a larger file, its newest part, is read.
  static let bytes = 1 << 30
  /// The kernel reads ahead no more than about this much for one call (mm/readahead.c, force_page_cache_ra).
  private static let step = 1 << 20

  static func readAhead(_ path: String) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { return }
    defer { close(file) }
    var status = stat()
    if fstat(file, &status) != 0 { return }
    for offset in stride(from: max(0, status.st_size - bytes), to: status.st_size, by: step) {
      // Advice only: what fails is read when it is needed.
      posix_fadvise(file, offset, step, POSIX_FADV_WILLNEED)
    }
  }
}

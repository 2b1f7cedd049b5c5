import Glibc

/// Reads a whole file of at most 1 MiB.
@Sendable func readSmallFile(_ path: String) -> Result<[UInt8], FileProblem> {
  let limit = 1 << 20
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return .failure(FileProblem(reason: String(cString: strerror(errno)))) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while bytes.count <= limit {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return .success(bytes) }
    if count > 0 {
      bytes += chunk[..<count]
    } else if errno != EINTR {
      return .failure(FileProblem(reason: String(cString: strerror(errno))))
    }
  }
  return .failure(FileProblem(reason: "larger than 1 MiB"))
}

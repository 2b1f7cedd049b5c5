import Glibc

@testable import ChatClient

/// Pipes in the place of a client's standard input, output and error.
struct Pipes {
  private let input = Pipes.pipe()
  private let output = Pipes.pipe()
  private let error = Pipes.pipe()

  var streams: Streams { Streams(input: input.read, output: output.write, error: error.write) }

  private static func pipe() -> (read: Int32, write: Int32) {
    var descriptors: [Int32] = [-1, -1]
    Glibc.pipe(&descriptors)
    return (descriptors[0], descriptors[1])
  }

  /// Gives the client all of its input.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    write(input.write, bytes, bytes.count)
    close(input.write)
  }

  /// Reads lines of the client's output as they come.
  func readLines(_ count: Int) -> [String] { Pipes.readLines(count, from: output.read) }

  /// Reads lines of the client's standard error as they come.
  func readComplaints(_ count: Int) -> [String] { Pipes.readLines(count, from: error.read) }

  /// From here on nobody reads the client's output.
  func closeOutput() { close(output.read) }

  /// What is left of the output and the complaints; to be called when the client has ended.
  func rest() -> (output: String, complaints: String) {
    close(output.write)
    close(error.write)
    return (Pipes.readAll(output.read), Pipes.readAll(error.read))
  }

  private static func readLines(_ count: Int, from descriptor: Int32) -> [String] {
    var lines: [String] = []
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while lines.count < count, read(descriptor, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") {
        lines.append(String(decoding: line, as: UTF8.self))
        line = []
      } else {
        line.append(byte)
      }
    }
    return lines
  }

  private static func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) == 1 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

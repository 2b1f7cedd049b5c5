import Glibc

func expect(_ isTrue: Bool, _ words: @autoclosure () -> String) {
  if !isTrue { fail(words()) }
}

/// An optimized program does not tell why a precondition failed.
func fail(_ words: String) -> Never {
  let line = Array((words + "\n").utf8)
  _ = write(STDERR_FILENO, line, line.count)
  abort()
}

"""A program at a terminal of its own, and what that terminal shows: a model of one, and tmux."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from harness import BINARY, TIMEOUT, command, environment

ESCAPE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])")


class Screen:
    """What a terminal makes of the bytes it is sent, as far as LineChat's client goes: text, CR, LF, and the sequences
    for erasing a line or all, moving left or to the top, colours and modes. Anything else is an error."""

    def __init__(self, columns):
        self.columns = columns
        self.rows = [[]]
        self.row = self.column = 0
        self._rest = ""

    def feed(self, text):
        text = self._rest + text
        self._rest = ""
        position = 0
        while position < len(text):
            character = text[position]
            if character == "\x1b":
                match = ESCAPE.match(text, position)
                if not match:
                    if len(text) - position > 20:
                        raise AssertionError(f"not understood: {text[position:position + 20]!r}")
                    self._rest = text[position:]
                    return
                self._obey(match[1], match[2])
                position = match.end()
                continue
            position += 1
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self._next_row()
            elif character < " ":
                raise AssertionError(f"not understood: {character!r}")
            else:
                self._put(character)

    def _obey(self, parameters, final):
        if final == "K" and parameters in ("", "0"):
            del self.rows[self.row][self.column:]
        elif final == "D":
            self.column = max(0, self.column - int(parameters or 1))
        elif final == "H" and parameters == "":
            self.row = self.column = 0
        elif final == "J" and parameters == "2":
            self.rows = [[] for _ in range(self.row + 1)]
        elif final == "m" or (final in "hl" and parameters == "?2004"):
            pass
        else:
            raise AssertionError(f"not understood: ESC [ {parameters} {final}")

    def _next_row(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append([])

    def _put(self, character):
        if self.column == self.columns:
            self.column = 0
            self._next_row()
        row = self.rows[self.row]
        row.extend(" " * (self.column - len(row)))
        row[self.column:self.column + 1] = [character]
        self.column += 1

    def lines(self):
        return ["".join(row).rstrip() for row in self.rows]


class Terminal:
    """The program with these arguments at a terminal."""

    def __init__(self, *arguments, columns=60):
        self.screen = Screen(columns)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(
            command(*arguments), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env=environment(TERM="xterm"))

    def type(self, text):
        os.write(self._master, text.encode())

    def wait_for(self, pattern):
        """Reads until a line of the screen matches all of the pattern; gives back the match."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            for line in reversed(self.screen.lines()):
                if match := re.fullmatch(pattern, line):
                    return match
            if not self._read(deadline):
                shown = "\n".join(self.screen.lines())
                raise AssertionError(f"no line matches {pattern!r}; the screen shows:\n{shown}")

    def _read(self, deadline):
        ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.screen.feed(data.decode("utf-8", "replace"))
        return True

    def wait(self):
        """Waits for the program's end; gives back its exit status."""
        status = self.process.wait(TIMEOUT)
        while select.select([self._master], [], [], 0)[0] and self._read(0):
            pass
        return status

    def is_restored(self):
        """Whether the terminal has the modes that it had before."""
        return termios.tcgetattr(self._slave) == self.before

    def close(self):
        self.process.kill()
        self.process.wait(TIMEOUT)
        os.close(self._slave)
        os.close(self._master)


class Tmux:
    """A shell with job control in a terminal of tmux. `$LINECHAT` is the program."""

    def __init__(self, directory, columns=80, rows=24):
        self._command = ["tmux", "-f", os.devnull, "-S", os.path.join(directory, "tmux")]
        self._run(
            "new-session", "-d", "-x", str(columns), "-y", str(rows), "-e", f"LINECHAT={BINARY}", "-e", "PS1=shell> ",
            "bash", "--norc", "--noprofile", env=environment(TERM="xterm", HOME=directory, LANG="C.UTF-8"))

    def _run(self, *words, **options):
        return subprocess.run(
            [*self._command, *words], check=True, capture_output=True, timeout=TIMEOUT, encoding="utf-8", **options).stdout

    def type(self, *keys):
        """Presses keys by tmux's names; other words are typed."""
        self._run("send-keys", *keys)

    def shown(self):
        return self._run("capture-pane", "-p").rstrip("\n").split("\n")

    def wait_for(self, pattern, last=False):
        """Waits until a line (the last one) matches all of the pattern; gives back all lines."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            lines = self.shown()
            if any(re.fullmatch(pattern, line) for line in (lines[-1:] if last else lines)):
                return lines
            if time.monotonic() > deadline:
                shown = "\n".join(lines)
                raise AssertionError(f"no line matches {pattern!r}; the screen shows:\n{shown}")

    def close(self):
        self._run("kill-server")

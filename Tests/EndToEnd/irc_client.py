"""A client of the IRC dialect for the tests: raw lines, and what they mean."""

import re

from harness import LineClient

SERVER = "linechat"


class IRCClient(LineClient):
    """A LineClient whose lines end with CRLF, and that can register and join."""

    def __init__(self, where, nick=None, *rooms, caps="", **options):
        super().__init__(where, **options)
        self.nick = nick
        if nick:
            self.register(nick, caps)
        for room in rooms:
            self.enter(room)

    def readline(self):
        line = super().readline()
        if line is None:
            return None
        if not line.endswith("\r"):
            raise AssertionError(f"not ended by CRLF, or a plain line: {line!r}")
        return line[:-1]

    def register(self, nick, caps=""):
        """Connects as clients do; gives back the lines of the welcome."""
        if caps:
            self.send(f"CAP LS 302", f"NICK {nick}", f"USER {nick} 0 * :{nick}", f"CAP REQ :{caps}", "CAP END")
            self.read_until(re.compile(rf":{SERVER} CAP \S+ ACK :{caps}"))
        else:
            self.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        return self.read_until(re.compile(rf":{SERVER} 422 {re.escape(nick)} :.*"))

    def enter(self, room):
        """Joins a room; gives back the lines up to the end of its names."""
        self.send(f"JOIN {room}")
        return self.read_until(f":{SERVER} 366 {self.nick} {room} :End of /NAMES list")

    def fence(self):
        """Waits until everything sent before is answered; gives back the lines that came until then."""
        self._fences += 1
        self.send(f"PING fence-{self._fences}")
        return self.read_until(f":{SERVER} PONG {SERVER} :fence-{self._fences}")[:-1]

    def answers(self, *lines):
        """Sends lines and gives back what they are answered with."""
        self.send(*lines)
        return self.fence()

    def numeric(self, code, rest):
        """A numeric as this client gets it."""
        return f":{SERVER} {code} {self.nick} {rest}"


def source(nick):
    return f":{nick}!{nick}@{SERVER}"

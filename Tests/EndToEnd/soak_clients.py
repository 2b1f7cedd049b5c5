"""The clients of the soak test. Each lives many lives, one connection after the other, until the test is over."""

import array
import asyncio
import collections
import json
import re

from soak_connections import ENDINGS, HTTP, Lines, Stream, WebSocket, nonsense, within

ROOMS = [f"room{n}" for n in range(12)]
BULK = "bulk"
BULK_TEXT = "x" * 4000
SMALL_WINDOW = 4096


class Ledger:
    """What was sent, and what became of it. The first word of a text is nobody else's."""

    def __init__(self):
        self.acknowledged = collections.defaultdict(dict)  # room: {id: token}
        self.under_way = {}  # token: room; the message may be stored or not
        self.forbidden = set()  # tokens that must not be stored
        self.faults = []
        self.counts = collections.Counter()

    def acknowledge(self, room, id, token):
        if self.acknowledged[room].setdefault(id, token) != token:
            self.fault(f"{id} in {room} is given to {token} and {self.acknowledged[room][id]}")
        self.under_way.pop(token, None)

    def fault(self, text):
        self.faults.append(text)

    @property
    def messages(self):
        return sum(map(len, self.acknowledged.values()))


class Client:
    """One life is `live`; how it ends is drawn each time."""

    def __init__(self, soak, name, random):
        self.soak = soak
        self.name = name
        self.random = random
        self.ledger = soak.ledger
        self.sent = 0

    @property
    def is_over(self):
        return self.soak.is_over

    async def run(self):
        while not self.is_over:
            try:
                await self.live()
                self.ledger.counts[type(self).__name__] += 1
            except ENDINGS as ending:
                self.ledger.counts[f"{type(self).__name__} ({type(ending).__name__})"] += 1
            except AssertionError as failure:
                self.ledger.fault(f"{self.name}: {failure}")
            await self.rest(0.2)

    async def live(self):
        raise NotImplementedError

    async def rest(self, seconds):
        """About so long, but not beyond the end of the test."""
        try:
            await asyncio.wait_for(self.soak.over.wait(), seconds * (0.5 + self.random.random()))
        except asyncio.TimeoutError:
            pass

    def text(self, room):
        """Token and text."""
        self.sent += 1
        token = f"{self.name}-{self.sent}"
        self.ledger.under_way[token] = room
        return token, token + " " + "text " * self.random.choice([0, 2, 10, 50])

    def lifetime(self):
        return self.random.choice([2, 10, 30, 60])

    async def end_rudely(self, connection, room):
        """One of the ways in which line clients vanish."""
        way = self.random.choice(["quit", "half", "close", "reset", "mid-line"])
        if way == "quit":
            await connection.send("QUIT")
            await connection.read_to_end()
        elif way == "half":
            connection.half_close()
            await connection.read_to_end()
        elif way == "mid-line":
            token, text = self.text(room)
            del self.ledger.under_way[token]
            self.ledger.forbidden.add(token)
            await connection.send_bytes(f"MSG {room} {text}".encode())
        if way == "reset" or (way == "mid-line" and self.random.random() < 0.5):
            connection.reset()


# Writers


class LineWriter(Client):
    """Several messages at once, with references; after a RST what was under way is sent again."""

    rooms = ROOMS
    size = None

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.again = collections.deque()  # (room, token, text), whose outcome is not known

    async def live(self):
        async with await Lines.connect(self.soak.line) as connection:
            await connection.register(self.name)
            rooms = self.random.sample(self.rooms, min(3, len(self.rooms)))
            rooms = sorted({*rooms, *(room for room, _, _ in self.again)})
            await connection.send(*(f"JOIN {room}" for room in rooms))
            loop = asyncio.get_running_loop()
            end = loop.time() + self.lifetime()
            while self.again or (loop.time() < end and not self.is_over):
                await self.write_some(connection, rooms)
                await self.rest(0.25)
            if self.random.random() < 0.5:
                # Gone with messages under way.
                self.draw(rooms)
                await connection.send(*self.lines())
                connection.reset()
            else:
                await self.end_rudely(connection, rooms[0])

    def draw(self, rooms):
        for _ in range(self.random.randrange(1, 10)):
            room = self.random.choice(rooms)
            self.again.append((room, *self.text(room)))

    def lines(self):
        return [f"@ref={token} MSG {room} {text}" for room, token, text in self.again]

    async def write_some(self, connection, rooms):
        if not self.again:
            self.draw(rooms)
        await connection.send(*self.lines())
        while self.again:
            line = await connection.readline()
            if line.startswith("ERR "):
                raise AssertionError(line)
            if line.startswith("OK MSG "):
                room, token, _ = self.again.popleft()
                said, id = line.split(" ")[2:]
                if said != room:
                    raise AssertionError(f"{line} acknowledges {token} in {room}")
                self.ledger.acknowledge(room, int(id), token)


class BulkWriter(Client):
    """Long messages in a room of its own, so that those who do not read it are cut off now and then."""

    async def live(self):
        async with await Lines.connect(self.soak.line) as connection:
            await connection.register(self.name)
            await connection.send(f"JOIN {BULK}")
            while not self.is_over:
                token, _ = self.text(BULK)
                await connection.send(f"MSG {BULK} {token} {BULK_TEXT[len(token):]}")
                line = await connection.until(("OK MSG ", "ERR "))
                self.ledger.acknowledge(BULK, int(line.split(" ")[3]), token)
                await self.rest(0.1)


class IRCWriter(Client):
    async def live(self):
        room = self.random.choice(ROOMS)
        async with await Lines.connect(self.soak.line) as connection:
            await connection.send(
                "CAP REQ :echo-message message-tags", f"NICK {self.name}", f"USER {self.name} 0 * :x", "CAP END",
                f"JOIN #{room}")
            echo = re.compile(rf"@msgid=(\d+) :{self.name}!\S+ PRIVMSG #\S+ :(\S+)")
            loop = asyncio.get_running_loop()
            end = loop.time() + self.lifetime()
            while loop.time() < end and not self.is_over:
                token, text = self.text(room)
                await connection.send(f"PRIVMSG #{room} :{text}")
                while not (match := echo.match(line := await connection.readline())):
                    if " 433 " in line:
                        del self.ledger.under_way[token]
                        raise EOFError  # the last life is not gone yet
                if match[2] != token:
                    raise AssertionError(f"{line} acknowledges {token}")
                self.ledger.acknowledge(room, int(match[1]), token)
                await self.rest(0.1)
            if self.random.random() < 0.5:
                connection.reset()


class PostWriter(Client):
    """One connection for many messages."""

    async def live(self):
        async with await HTTP.connect(self.soak.http) as connection:
            for _ in range(self.random.randrange(1, 100)):
                if self.is_over:
                    return
                room = self.random.choice(ROOMS)
                token, text = self.text(room)
                if self.random.random() < 0.2:
                    text += "\nmore\n\nlines"
                await self.post(connection, room, token, text)
                await self.rest(0.05)

    async def post(self, connection, room, token, text, headers=()):
        body = {"user": self.name, "room": room, "text": text}
        status, answer = await connection.request("POST", "/messages", body, headers)
        if status != 201:
            raise AssertionError(f"POST: {status} {answer!r}")
        self.ledger.acknowledge(room, json.loads(answer)["id"], token)


class FreshPostWriter(PostWriter):
    """A connection for each message; many are sent again with their key, as if the answer had been lost."""

    async def live(self):
        room = self.random.choice(ROOMS)
        token, text = self.text(room)
        key = [f"Idempotency-Key: {token}"]
        if self.random.random() < 0.3:
            async with await HTTP.connect(self.soak.http) as connection:
                await connection.ask("POST", "/messages", {"user": self.name, "room": room, "text": text}, key)
                if self.random.random() < 0.5:
                    await within(connection.reader.read(1), "the beginning of an answer")
                connection.reset()
        for _ in range(self.random.choice([1, 1, 2])):
            async with await HTTP.connect(self.soak.http) as connection:
                await self.post(connection, room, token, text, [*key, "Connection: close"])


class WebSocketWriter(Client):
    async def live(self):
        room = self.random.choice(ROOMS)
        async with await WebSocket.connect(self.soak.http, f"user={self.name}&room={room}") as socket:
            for _ in range(self.random.randrange(1, 100)):
                if self.is_over:
                    return
                token, text = self.text(room)
                await socket.send(json.dumps({"text": text, "ref": token}))
                while True:
                    frame = await socket.receive()
                    if frame["type"] == "error":
                        raise AssertionError(frame)
                    if frame["type"] == "message" and frame["data"]["user"] == self.name:
                        break
                if frame["data"]["text"] != text:
                    raise AssertionError(f"{frame} acknowledges {token}")
                self.ledger.acknowledge(room, frame["data"]["id"], token)
                await self.rest(0.1)
            if self.random.random() < 0.5:
                socket.reset()


# Readers


class Reader(Client):
    """Keeps the ids that it was shown in each room, over all its lives."""

    receive_buffer = None

    def __init__(self, *arguments, rooms=None):
        super().__init__(*arguments)
        self.seen = {room: array.array("Q") for room in rooms or self.random.sample(ROOMS, 3)}

    def cursor(self, room):
        return self.seen[room][-1] if self.seen[room] else 0

    def shown(self, room, id):
        self.seen[room].append(id)

    def has_all(self, newest):
        return all(self.cursor(room) >= newest.get(room, 0) for room in self.seen)

    async def live(self):
        await self.read(asyncio.get_running_loop().time() + self.lifetime(), None)

    async def catch_up(self, newest):
        """Reads until everything up to the newest ids has come."""
        while not self.has_all(newest):
            try:
                await self.read(None, newest)
            except EOFError:
                pass

    def is_done(self, end, newest):
        if newest is not None:
            return self.has_all(newest)
        return self.is_over or asyncio.get_running_loop().time() > end

    async def nap(self, newest):
        """Nothing is read meanwhile; the hurried have no nap."""

    async def read(self, end, newest):
        """One connection, up to the time `end`, or until the newest are read."""
        raise NotImplementedError


class LineReader(Reader):
    message = re.compile(r"(?:MSG (\S+) (\d+)|HIST (\S+) (\d+)) ")

    async def read(self, end, newest):
        async with await Lines.connect(self.soak.line, self.receive_buffer) as connection:
            await connection.register(self.name)
            await connection.send(*(f"JOIN {room} {self.cursor(room)}" for room in self.seen), "PING")
            while not self.is_done(end, newest):
                await self.nap(newest)
                line = await connection.readline()
                if match := self.message.match(line):
                    self.shown(match[1] or match[3], int(match[2] or match[4]))
                elif line.startswith(("ERR ", "GAP ")):
                    raise AssertionError(line)
            await self.end_rudely(connection, next(iter(self.seen)))


class SlowLineReader(LineReader):
    """Now and then it reads nothing for so long that it is cut off."""

    receive_buffer = SMALL_WINDOW

    async def nap(self, newest):
        if newest is None and self.random.random() < 0.005:
            await self.rest(120)


class WebSocketReader(Reader):
    def __init__(self, *arguments, rooms=None):
        super().__init__(*arguments, rooms=rooms or [ROOMS[len(arguments[1]) % len(ROOMS)]])

    async def read(self, end, newest):
        [room] = self.seen
        query = f"user={self.name}&room={room}&after={self.cursor(room)}"
        async with await WebSocket.connect(self.soak.http, query, self.receive_buffer) as socket:
            while not self.is_done(end, newest):
                await self.nap(newest)
                frame = await socket.receive()
                if frame["type"] in ("history", "message"):
                    self.shown(room, frame["data"]["id"])
                elif frame["type"] in ("error", "gap"):
                    raise AssertionError(frame)
            if self.random.random() < 0.5:
                socket.reset()


class SlowWebSocketReader(WebSocketReader):
    receive_buffer = SMALL_WINDOW
    nap = SlowLineReader.nap


class Pager(Reader):
    """Asks for what is new, page after page."""

    async def read(self, end, newest):
        async with await HTTP.connect(self.soak.http) as connection:
            while not self.is_done(end, newest):
                for room in self.seen:
                    page = await connection.get(f"/messages?room={room}&after={self.cursor(room)}&limit=200")
                    for message in page["messages"] if page else []:
                        self.shown(room, message["id"])
                await self.rest(0.5)


class SinceReader(Reader):
    """Asks for what is new without joining, and sometimes for the newest."""

    async def read(self, end, newest):
        async with await Lines.connect(self.soak.line) as connection:
            while not self.is_done(end, newest):
                for room in self.seen:
                    await connection.send(f"SINCE {room} {self.cursor(room)}", f"HISTORY {room} 5", "NAMES room0")
                    while not (line := await connection.readline()).startswith(("END ", "ERR ")):
                        self.shown(room, int(line.split(" ")[2])) if line.startswith("HIST ") else None
                    await connection.until(("END ", "ERR "))
                    await connection.until(("END ", "ERR "))
                await self.rest(1)


class IRCReader(Client):
    """It does not resume: each life sees a piece of the room without a gap, and is kept as an array of its own."""

    receive_buffer = None

    def __init__(self, *arguments, rooms=ROOMS):
        super().__init__(*arguments)
        self.rooms = rooms
        self.pieces = []  # (room, ids)

    async def live(self):
        room = self.random.choice(self.rooms)
        ids = array.array("Q")
        self.pieces.append((room, ids))
        async with await Lines.connect(self.soak.line, self.receive_buffer) as connection:
            await connection.send(
                "CAP REQ :message-tags", f"NICK {self.name}", f"USER {self.name} 0 * :x", "CAP END", f"JOIN #{room}")
            loop = asyncio.get_running_loop()
            end = loop.time() + self.lifetime()
            while loop.time() < end and not self.is_over:
                await self.nap(None)
                line = await connection.readline()
                if line.startswith("@msgid="):
                    ids.append(int(line[7:].split(" ", 1)[0]))
                elif line.startswith("PING"):
                    await connection.send(line.replace("PING", "PONG", 1))
            if self.random.random() < 0.5:
                connection.reset()

    async def nap(self, newest):
        pass


class SlowIRCReader(IRCReader):
    receive_buffer = SMALL_WINDOW
    nap = SlowLineReader.nap


# The others


class Churner(Client):
    """Comes, goes, and changes its name; makes rooms that nobody says anything in."""

    async def live(self):
        async with await Lines.connect(self.soak.line) as connection:
            await connection.register(self.name)
            for _ in range(self.random.randrange(1, 50)):
                if self.is_over:
                    break
                self.sent += 1
                fresh, room = f"churn-{self.name}-{self.sent}", self.random.choice(ROOMS)
                await connection.send(
                    f"JOIN {fresh}", f"JOIN {room}", f"NICK {self.name}x", f"HISTORY {room} 3", f"NAMES {room}",
                    f"NICK {self.name}", f"PART {room}", *([f"PART {fresh}"] if self.random.random() < 0.5 else []),
                    f"PING {self.sent}")
                await connection.until(f"PONG {self.sent}")
                await self.rest(0.3)
            await self.end_rudely(connection, ROOMS[0])


class Wrongdoer(Client):
    """Sends what is no request, to both ports."""

    async def live(self):
        for where, data in zip((self.soak.line, self.soak.http), nonsense(self.random)):
            async with await Stream.connect(where) as stream:
                await stream.send_bytes(data)
                way = self.random.random()
                if way < 0.5:
                    stream.half_close()
                    await stream.read_to_end()
                elif way < 0.8:
                    stream.reset()


class HalfCloser(Client):
    """As `nc -N` does: everything in one piece, then the end of the input. Sometimes it does not hang up for a while."""

    async def live(self):
        room = self.random.choice(ROOMS)
        messages = [self.text(room) for _ in range(self.random.randrange(1, 30))]
        async with await Lines.connect(self.soak.line) as connection:
            await connection.send(
                f"NICK {self.name}", f"JOIN {room}", *(f"MSG {room} {text}" for _, text in messages), "NAMES room1")
            connection.half_close()
            lines = (await connection.read_to_end()).decode().split("\n")
            if lines[0] != f"OK NICK {self.name}":
                if not lines[0].startswith("ERR nick-in-use"):
                    raise AssertionError(lines[:3])
                for token, _ in messages:
                    del self.ledger.under_way[token]
                return
            ids = [int(line.split(" ")[3]) for line in lines if line.startswith(f"OK MSG {room} ")]
            if len(ids) != len(messages) or "END room1" not in lines:
                raise AssertionError(f"{len(ids)} of {len(messages)} acknowledged; {lines[-3:]}")
            for id, (token, _) in zip(ids, messages):
                self.ledger.acknowledge(room, id, token)
            await self.rest(self.random.choice([1, 1, 1, 20]))


class Flooder(Client):
    """Sends without end, reads what comes, and is ended for it."""

    async def live(self):
        async with await Lines.connect(self.soak.line) as connection:
            answers = asyncio.create_task(connection.reader.read(-1))
            try:
                while not self.is_over and not answers.done():
                    await connection.send(*["PING " + "x" * 200] * 100)
                    await self.rest(0.02)
            finally:
                answers.cancel()
                self.ledger.counts["floods"] += 1


class Idler(Client):
    """Is there and says nothing, on either port."""

    async def live(self):
        where = self.random.choice([self.soak.line, self.soak.http])
        async with await Stream.connect(where) as stream:
            await self.rest(self.lifetime())
            if self.random.random() < 0.5:
                stream.reset()


# How many there are of each.
POPULATION = [
    (LineWriter, 4, {}), (IRCWriter, 3, {}), (PostWriter, 3, {}), (FreshPostWriter, 3, {}), (WebSocketWriter, 3, {}),
    (BulkWriter, 1, {}),
    (LineReader, 12, {}), (WebSocketReader, 12, {}), (IRCReader, 8, {}), (Pager, 3, {}), (SinceReader, 3, {}),
    (SlowLineReader, 4, {"rooms": [BULK]}), (SlowWebSocketReader, 4, {"rooms": [BULK]}),
    (SlowIRCReader, 2, {"rooms": [BULK]}),
    (Churner, 20, {}), (Wrongdoer, 4, {}), (HalfCloser, 3, {}), (Flooder, 1, {}), (Idler, 20, {}),
]

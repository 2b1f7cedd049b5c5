"""`linechat bench`: on every door, what it finds when messages go astray, and how it ends."""

import json
import os
import pty
import signal
import socketserver
import subprocess
import threading

from harness import TIMEOUT, HTTPClient, ServerCase, command, environment, run

SHORT = ["--duration", "0.2", "--payload", "50"]
FEW = {
    "fanout": ["fanout", "--receivers", "5"],
    "rooms": ["rooms", "--rooms", "3", "--members", "4"],
    "post": ["post", "--senders", "3"],
}


def where(address):
    return f"{address[0]}:{address[1]}"


class Bench(ServerCase):
    def bench(self, server, *arguments):
        """Runs to its end; gives back the report."""
        done = run("bench", *arguments, *SHORT, "--to", where(server.line), "--http", where(server.http), "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["clean"])
        self.assertIsNone(report["problem"])
        self.assertGreater(report["sent"], 0)
        self.assertEqual(report["delivered"], report["sent"] * report["recipients"])
        self.assertEqual(done.stderr, "")
        return report

    def test_every_message_reaches_everybody_on_every_door(self):
        server = self.server("--agent", "off", "--rate-limit", "off")
        for scenario in ("fanout", "rooms"):
            for door in ("plain", "irc", "ws", "http"):
                with self.subTest(scenario=scenario, door=door):
                    report = self.bench(server, *FEW[scenario], "--door", door)
                    if scenario == "fanout":
                        self.assertEqual(report["recipients"], 5)
                    else:
                        self.assertEqual(report["recipients"], 4 if door == "http" else 3)

    def test_senders_may_have_another_door(self):
        server = self.server("--agent", "off", "--rate-limit", "off")
        for door, send in (("irc", "http"), ("plain", "ws"), ("ws", "irc")):
            with self.subTest(door=door, send=send):
                self.bench(server, *FEW["fanout"], "--door", door, "--send", send, "--senders", "2")
                self.bench(server, *FEW["rooms"], "--door", door, "--send", send)

    def test_posts_are_answered(self):
        server = self.server("--agent", "off", "--rate-limit", "off")
        report = self.bench(server, *FEW["post"])
        self.assertEqual(report["recipients"], 0)
        stored = server.sql("SELECT count(*) FROM messages")[0][0]
        self.assertEqual(stored, report["sent"])

    def test_the_servers_time_is_reported(self):
        server = self.server("--agent", "off", "--rate-limit", "off")
        report = self.bench(server, *FEW["fanout"], "--pid", server.pid)
        self.assertIsNotNone(report["server_cpu_percent"])
        done = run("bench", "fanout", "--pid", "999999999", "--to", where(server.line))
        self.assertEqual((done.returncode, done.stderr), (1, "linechat: there is no process 999999999\n"))

    def test_a_person_gets_a_screen(self):
        server = self.server("--agent", "off", "--rate-limit", "off")
        done = run("bench", *FEW["fanout"], *SHORT, "--to", where(server.line))
        self.assertEqual(done.returncode, 0)
        self.assertIn("fanout: 1 sender (plain) to 5 receivers (plain)", done.stdout)
        self.assertIn("0 lost, 0 doubled, 0 reordered\n", done.stdout)
        self.assertLess(done.stdout.count("\n"), 24)

    def test_nobody_there(self):
        with Crooked(lambda texts: texts) as server:
            where_it_was = server.where
        done = run("bench", "fanout", *SHORT, "--to", where_it_was)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"linechat: connect to {where_it_was}: Connection refused\n")
        self.assertEqual(done.stdout, "")

    def interrupted(self, **streams):
        """A run that would last an hour, after its first messages; gives back its process."""
        server = self.server("--agent", "off", "--rate-limit", "off")
        process = subprocess.Popen(
            command("bench", *FEW["post"], "--duration", "3600", "--http", where(server.http)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment(), **streams)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        with HTTPClient(server) as client:
            while not client.get("/rooms").json()["rooms"]:
                self.assertIsNone(process.poll())
        return process

    def test_an_interrupt_ends_it_with_the_report(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                process = self.interrupted()
                process.send_signal(number)
                report, _ = process.communicate(timeout=TIMEOUT)
                self.assertEqual(process.returncode, 0)
                self.assertIn(b"0 lost, 0 doubled, 0 reordered\n", report)

    def test_a_terminal_shows_how_it_goes(self):
        terminal, other = pty.openpty()
        self.addCleanup(os.close, terminal)
        process = self.interrupted(stderr=other)
        os.close(other)
        shown = b""
        while b"s to go: " not in shown:
            shown += os.read(terminal, 4096)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT)
        # The line is gone when the report comes.
        try:
            while piece := os.read(terminal, 4096):
                shown += piece
        except OSError:
            pass
        self.assertTrue(shown.endswith(b"\r\x1b[K"), shown[-80:])


class Astray(ServerCase):
    """Against a server that treats messages badly."""

    def bench(self, tamper, *arguments):
        with Crooked(tamper) as server:
            # One sender's one message at a time, and nobody waits long for what does not come.
            done = run("bench", "fanout", "--receivers", "2", "--window", "8", *SHORT, "--to", server.where,
                       "--json", *arguments)
        self.assertEqual(done.returncode, 1, done.stderr)
        return json.loads(done.stdout)

    def figures(self, report):
        return tuple(report[name] for name in ("lost", "doubled", "reordered", "misplaced", "problem"))

    def test_a_straight_server_is_clean(self):
        with Crooked(lambda texts: texts) as server:
            done = run("bench", "fanout", "--receivers", "2", *SHORT, "--to", server.where, "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_lost(self):
        report = self.bench(lambda texts: texts[1:])
        self.assertEqual(self.figures(report), (1, 0, 0, 0, None))

    def test_doubled(self):
        report = self.bench(lambda texts: [texts[0], texts[0], *texts[1:]])
        self.assertEqual(self.figures(report), (0, 1, 0, 0, None))

    def test_reordered(self):
        report = self.bench(lambda texts: [texts[1], texts[0], *texts[2:]])
        self.assertEqual(self.figures(report), (0, 0, 1, 0, None))

    def test_altered(self):
        # The room's number stands behind the run's.
        report = self.bench(lambda texts: [texts[0][:9] + "0007" + texts[0][13:], *texts[1:]])
        self.assertEqual(self.figures(report), (1, 0, 0, 1, None))

    def test_refused(self):
        report = self.bench(lambda texts: None)
        self.assertEqual(report["problem"], "the server says: ERR rate-limited MSG: slow down")
        self.assertFalse(report["clean"])


class Crooked:
    """A server of plain sessions, in one room. The first receiver's first eight messages are what `tamper` makes of
    them; None refuses every message."""

    def __init__(self, tamper):
        crooked = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                crooked.serve(self)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.tamper = tamper
        self.lock = threading.Lock()
        self.members = []
        self.held = []
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        self.where = where(self.server.server_address)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def serve(self, session):
        for line in session.rfile:
            verb, *rest = line.decode().rstrip("\n").split(" ", 2)
            with self.lock:
                if verb == "JOIN":
                    self.members.append(session)
                    session.wfile.write(f"OK JOIN {rest[0]} 0\n".encode())
                elif verb == "MSG" and self.tamper(["x"] * 8) is None:
                    session.wfile.write(b"ERR rate-limited MSG: slow down\n")
                elif verb == "MSG":
                    self.tell(session, *rest)

    def tell(self, sender, room, text):
        # The sender may have joined before all receivers, and is shown nothing.
        first = next(member for member in self.members if member is not sender)
        for member in self.members:
            texts = [text]
            if member is first and self.held is not None:
                self.held.append(text)
                if len(self.held) < 8:
                    continue
                texts, self.held = self.tamper(self.held), None
            if member is not sender:
                member.wfile.write("".join(f"MSG {room} 1 x {text}\n" for text in texts).encode())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

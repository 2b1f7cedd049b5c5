"""Starts one chat server at a time and measures it with `linechat bench`: what the `bench` scripts share.

The server gets the first processor that this process may use and the load generator the second, where there are two.
Only processes started here are ever ended.
"""

import contextlib
import json
import os
import pwd
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS_TO_START = 10
SECONDS_TO_STOP = 10

# What each scenario asks of `linechat bench`: at the line door, which every server has,
LINE_SCENARIOS = {
    "fanout": ["fanout", "--receivers", "500", "--window", "64"],
    "fanout-1": ["fanout", "--receivers", "500", "--window", "1"],
    "rooms": ["rooms", "--rooms", "100", "--members", "10"],
}
# and at LineChat's HTTP door.
HTTP_SCENARIOS = {
    "post": ["post", "--senders", "64"],
    "ws": ["fanout", "--receivers", "200", "--door", "ws", "--send", "http", "--senders", "64"],
}


class Failed(Exception):
    """A server did not start, or a run gave no figures."""


class LineChat:
    """The server of this repository, or another binary of it."""

    connecting = 100
    # How many ports it listens on.
    doors = 2

    def __init__(self, binary, name="LineChat"):
        self.name = name
        self.binary = binary

    def command(self, directory, line, http):
        return [self.binary, "serve", "--line", f"127.0.0.1:{line}", "--http", f"127.0.0.1:{http}",
                "--data", os.path.join(directory, "data"), "--agent", "off", "--rate-limit", "off"]


class Ngircd:
    name = "ngircd"
    # It listens with a backlog of 10.
    connecting = 8
    doors = 1
    configuration = """[Global]
Name = irc.bench.local
Info = bench
AdminEMail = bench@localhost
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = hello
{user}
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 16
MaxPenaltyTime = 0
PingTimeout = 600
PongTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
"""

    def command(self, directory, port):
        path = os.path.join(directory, "ngircd.conf")
        write(path, self.configuration.format(port=port, user=self._user()))
        return ["ngircd", "-n", "-f", path]

    @staticmethod
    def _user():
        """As root it becomes another user, and wants to be told which."""
        names = {entry.pw_name for entry in pwd.getpwall()}
        name = next((name for name in ("irc", "nobody") if name in names), None)
        return f"ServerUID = {name}" if os.geteuid() == 0 and name else ""


class InspIRCd:
    name = "InspIRCd"
    # It registers those who wait once a second, all of them.
    connecting = 2000
    doors = 1
    configuration = """<server name="irc.bench.local" description="bench" network="bench" id="001">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect name="main" allow="*" timeout="60" pingfreq="600s" hardsendq="67108864" softsendq="33554432"
 recvq="1048576" threshold="1000000" commandrate="2000000000" fakelag="no" localmax="100000"
 globalmax="100000" maxchans="100" limit="100000" resolvehostnames="no" useident="no" useconnectban="no"
 useconnflood="no" usednsbl="no" uniqueusername="no">
<performance netbuffersize="10240" somaxconn="4096" softlimit="100000" clonesonconnect="no" quietbursts="yes">
<options prefixquit="" suffixquit="" defaultmodes="nt" allowzerolimit="no" pingwarning="15" splitwhois="no">
<limits maxnick="16" maxchan="64" maxmodes="20" maxident="16" maxhost="64" maxquit="255" maxtopic="307"
 maxkick="255" maxreal="128" maxaway="200" maxline="512">
<security allowcoreunload="no" announceinvites="dynamic" hidekills="" maxtargets="20">
<dns server="127.0.0.1" timeout="1">
<pid file="{directory}/inspircd.pid">
<log method="file" type="*" level="default" target="{directory}/inspircd.log">
"""

    def command(self, directory, port):
        path = os.path.join(directory, "inspircd.conf")
        write(path, self.configuration.format(port=port, directory=directory))
        return ["inspircd", f"--config={path}", "--nofork", "--nolog"] + ["--runasroot"] * (os.geteuid() == 0)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def installed_peers():
    """The other servers that this machine has."""
    return [peer for peer, program in ((Ngircd(), "ngircd"), (InspIRCd(), "inspircd")) if shutil.which(program)]


def default_binary():
    return os.path.join(REPOSITORY, ".build/release/linechat")


def processors():
    """The server's processor and the generator's; (None, None) when there is but one."""
    available = sorted(os.sched_getaffinity(0))
    return (available[0], available[1]) if len(available) > 1 else (None, None)


def pinned(processor):
    """What to call in a new process so that it stays on a processor."""
    return None if processor is None else lambda: os.sched_setaffinity(0, {processor})


def environment():
    """Without what would configure LineChat."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LINECHAT")}


def free_ports(count):
    """All bound before one is let go, so that they differ."""
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


@contextlib.contextmanager
def running(server):
    """Gives the ports and the process of a server that runs meanwhile, with nothing stored by earlier runs."""
    directory = tempfile.mkdtemp(prefix="linechat-bench-")
    # Some servers become another user before they write their files.
    os.chmod(directory, 0o755)
    ports = free_ports(server.doors)
    with open(os.path.join(directory, "output"), "wb") as output:
        process = subprocess.Popen(
            server.command(directory, *ports), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=environment(), preexec_fn=pinned(processors()[0]))
    try:
        for port in ports:
            wait_until_it_listens(server, process, port, os.path.join(directory, "output"))
        yield ports, process.pid
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def wait_until_it_listens(server, process, port, output):
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                with open(output, encoding="utf-8", errors="replace") as file:
                    raise Failed(f"{server.name} does not start:\n{file.read()}") from None
        time.sleep(0.02)


def measure(server, generator, scenario, door, seconds, more=(), meanwhile=contextlib.nullcontext):
    """One run against a fresh server; gives back the report of `linechat bench --json`.

    `door`: the dialect at the line door; `more`: further arguments of it; `meanwhile(port)`: a context in which it runs.
    """
    asked = HTTP_SCENARIOS.get(scenario) or [*LINE_SCENARIOS[scenario], "--door", door]
    with running(server) as (ports, pid), meanwhile(ports[0]):
        where = [f"127.0.0.1:{port}" for port in ports]
        done = subprocess.run(
            [generator, "bench", *asked, "--to", where[0], "--http", where[-1],
             "--duration", str(seconds), "--connecting", str(server.connecting), "--pid", str(pid), "--json",
             *more],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment(), check=False,
            preexec_fn=pinned(processors()[1]))
    if not done.stdout:
        raise Failed(f"{server.name}, {scenario}: {done.stderr.strip() or done.returncode}")
    report = json.loads(done.stdout)
    if not report["clean"]:
        counts = ", ".join(f"{report[name]} {name}" for name in ("lost", "doubled", "reordered", "misplaced"))
        say(f"{server.name}, {scenario}: not clean: {counts}; {report['problem'] or 'no other problem'}")
    return report


def medians(reports, *names):
    """The median of each figure over the clean runs; None where there is none."""
    found = []
    for name in names:
        values = [report[name] for report in reports if report["clean"] and report[name] is not None]
        found.append(statistics.median(values) if values else None)
    return found


def say(text):
    """To the person who waits."""
    print(text, file=sys.stderr, flush=True)


def fail(text):
    say(f"{os.path.basename(sys.argv[0])}: {text}")
    sys.exit(2)


def check_binary(path):
    if not os.access(path, os.X_OK) or os.path.isdir(path):
        fail(f"no program at {path}: build one with 'swift build -c release'")
    return os.path.abspath(path)

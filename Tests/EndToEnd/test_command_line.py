"""The program on the command line: help, usage errors, configuration, and the clients `send`, `tail` and `chat`."""

import os
import re
import shutil
import signal
import subprocess
import unittest

from harness import BINARY, SANITIZED, TIMEOUT, HTTPClient, ServerCase, command, environment, run
from terminal import Terminal, Tmux


class Help(ServerCase):
    def test_version(self):
        done = run("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^linechat \d+\.\d+\.\d+\n$")

    @unittest.skipIf(SANITIZED, "a sanitizer wants to be the first library")
    def test_arguments_are_found_when_a_library_has_moved_the_environment(self):
        """Red with a runtime of Swift that is linked statically, as in a release build: it looks when the library has been there."""
        compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
        if not compiler:
            self.skipTest("there is no compiler for C")
        directory = self.temporary_directory()
        source, library = (os.path.join(directory, name) for name in ("moved.c", "moved.so"))
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <stdlib.h>\n"
                       '__attribute__((constructor)) static void moved(void) { setenv("MOVED", "1", 1); }\n')
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
        # Not by way of another program, which would hand the variable on: then nothing is moved.
        done = subprocess.run(
            [BINARY, "--version"], capture_output=True, text=True, timeout=TIMEOUT, cwd=directory,
            env=environment(LD_PRELOAD=library, LINECHAT_LINE="127.0.0.1:0", LINECHAT_HTTP="off"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^linechat \d+\.\d+\.\d+\n$")

    def test_overview(self):
        pages = {run(*words).stdout for words in (["--help"], ["-h"], ["help"])}
        self.assertEqual(len(pages), 1)
        [page] = pages
        for word in ("serve", "chat", "send", "tail", "help", "--version"):
            self.assertIn(word, page)
        self.assertLessEqual(page.count("\n"), 24)

    def test_a_page_for_each(self):
        for name, words in (
            ("serve", ["--line", "--http", "--data", "LINECHAT_DATA", "127.0.0.1:6667"]), ("chat", ["USER", "ROOM", "--to"]),
            ("send", ["ROOM", "TEXT", "--as", "--to"]), ("tail", ["ROOM", "--after"]),
        ):
            page = run("help", name)
            self.assertEqual(page.returncode, 0)
            self.assertEqual(run(name, "--help").stdout, page.stdout)
            for word in words:
                self.assertIn(word, page.stdout)
            self.assertTrue(all(len(line) <= 80 for line in page.stdout.splitlines()), page.stdout)

    def test_usage_errors(self):
        for words, pattern in (
            (["sned"], "did you mean 'send'"), (["nonsense"], "unknown subcommand"), (["send"], "ROOM is missing"),
            (["send", "lobby"], "TEXT... is missing"), (["tail"], "ROOM is missing"), (["tail", "a", "b"], "'b' is too much"),
            (["chat", "alice"], "ROOM is missing"), (["chat", "1x", "lobby"], "USER"), (["chat", "alice", "a,b"], "ROOM"),
            (["send", "lobby", "x", "--to", "nowhere"], "--to"), (["tail", "lobby", "--after", "x"], "--after"),
            (["send", "lobby", "x", "--as", "a b"], "--as"), (["--lin", "x"], "did you mean '--line'"), (["help", "x"], "x"),
        ):
            with self.subTest(words=words):
                done = run(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, re.escape(pattern))


class Configuration(ServerCase):
    """Flags win over the environment, the environment over the file."""

    def conf(self, text):
        path = os.path.join(self.temporary_directory(), "linechat.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def agent(self, server):
        with server.client("alice", "default") as alice:
            alice.say("default", "bye")
            return alice.expect_match(r"MSG default \d+ (\S+) Goodbye, alice!")[1]

    def test_precedence(self):
        path = self.conf("# comment\nagent-name = of-file  # and another\n")
        self.assertEqual(self.agent(self.server("--config", path)), "of-file")
        env = {"LINECHAT_AGENT_NAME": "of-env", "LINECHAT_CONFIG": path}
        self.assertEqual(self.agent(self.server(env=env)), "of-env")
        self.assertEqual(self.agent(self.server("--agent-name", "of-flag", env=env)), "of-flag")

    def test_errors_name_the_place(self):
        for text, pattern in (
            ("loops = 0\n", ":1: loops: '0': expected"), ("\nnonsense = 1\n", ":2: unknown key 'nonsense'"),
            ("data\n", ":1: 'data': expected 'key = value'"), ("data = a\ndata = b\n", ":2: 'data' stands twice"),
        ):
            with self.subTest(text=text):
                done = run("serve", "--config", self.conf(text))
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("linechat.conf" + pattern, done.stderr)
        done = run("serve", env=environment(LINECHAT_LOOPS="many"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("LINECHAT_LOOPS: 'many'", done.stderr)

    def test_serve_is_the_default_and_data_is_where_it_is_said(self):
        directory = self.temporary_directory()
        process = subprocess.Popen(
            command("--line", "127.0.0.1:0", "--http=127.0.0.1:0"), cwd=directory, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment())
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertRegex(process.stdout.readline(), rb"^ready line=127\.0\.0\.1:\d+ http=127\.0\.0\.1:\d+ data=data\n$")
        self.assertTrue(os.path.exists(os.path.join(directory, "data", "linechat.db")))
        process.terminate()
        self.assertEqual(process.wait(TIMEOUT), 0)

    def test_log_goes_to_standard_error_one_line_each(self):
        server = self.server("--log-level", "debug")
        with server.client("alice", "lobby") as alice:
            alice.say("lobby", "hello")
        server.terminate()
        for line in server.log().splitlines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\S+Z (error|warning|info|debug) .+")


class ClientCase(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")
        self.to = "%s:%d" % self.chat.line

    def watcher(self, *rooms):
        return self.keep(self.chat.client("watcher", *rooms))


class Send(ClientCase):
    def send(self, *words, **options):
        return run("send", *words, "--to", self.to, **options)

    def test_prints_the_id(self):
        watcher = self.watcher("lobby")
        done = self.send("lobby", "hello", "there", "--as", "ci")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""))
        watcher.expect("JOIN lobby ci", "MSG lobby 1 ci hello there", "PART lobby ci")

    def test_a_name_in_use_gets_a_number(self):
        watcher = self.watcher("lobby")
        self.assertEqual(self.send("lobby", "hi", "--as", "watcher").stdout, "1\n")
        watcher.expect("JOIN lobby watcher2", "MSG lobby 1 watcher2 hi", "PART lobby watcher2")

    def test_address_and_name_from_the_environment(self):
        done = run("send", "#lobby", "--", "--dashes", env=environment(LINECHAT_TO=self.to, USER="some one"))
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"), done.stderr)
        self.assertEqual(self.chat.sql("SELECT user, text FROM messages"), [("someone", "--dashes")])

    def test_what_is_refused(self):
        for text, pattern in (("", "empty"), ("x" * 4097, "4096"), ("a\x1bb", "control"), ("a\nb", "several lines")):
            done = self.send("lobby", text, "--as", "ci")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, rf"^linechat: .*{pattern}")
        done = self.send("lobby", "x", "--as", "mock-ai")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("server's own", done.stderr)
        self.assertEqual(self.chat.sql("SELECT count(*) FROM messages"), [(0,)])

    def test_no_server(self):
        self.chat.terminate()
        done = self.send("lobby", "hello")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^linechat: .*refused.*\n$")


class Tail(ClientCase):
    def tail(self, *words):
        process = subprocess.Popen(
            command("tail", *words, "--to", self.to), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, env=environment(), encoding="utf-8")

        def end():
            process.kill()
            process.wait(TIMEOUT)
            process.stdout.close()
            process.stderr.close()

        self.addCleanup(end)
        return process

    def expect(self, process, *lines):
        for line in lines:
            self.assertEqual(process.stdout.readline(), line + "\n")

    def stop(self, process, number=signal.SIGINT):
        process.send_signal(number)
        return process.wait(TIMEOUT)

    def test_follows_and_continues_where_it_was_told(self):
        watcher = self.watcher("lobby")
        watcher.say("lobby", "one")
        tail = self.tail("lobby", "--after", "0")
        self.expect(tail, "1 watcher one")
        watcher.expect_match(r"JOIN lobby tail-\d+")
        watcher.say("lobby", "two")
        self.expect(tail, "2 watcher two")
        self.assertEqual(self.stop(tail), 0)
        watcher.expect_match(r"PART lobby tail-\d+")
        watcher.say("lobby", "three")
        again = self.tail("lobby", "--after", "2")
        self.expect(again, "3 watcher three")
        self.assertEqual(self.stop(again, signal.SIGTERM), 0)

    def test_without_an_id_only_what_comes_next(self):
        watcher = self.watcher("lobby")
        watcher.say("lobby", "before")
        tail = self.tail("lobby")
        watcher.expect_match(r"JOIN lobby tail-\d+")
        watcher.say("lobby", "after")
        self.expect(tail, "2 watcher after")

    def test_further_lines_begin_with_a_tab(self):
        tail = self.tail("lobby", "--after", "0")
        with HTTPClient(self.chat) as http:
            http.post("poe", "lobby", "one\n\nthree")
            http.post("poe", "lobby", "next")
        self.expect(tail, "1 poe one", "\t", "\tthree", "2 poe next")

    def test_reconnects_without_loss_or_repetition(self):
        watcher = self.watcher("lobby")
        watcher.say("lobby", "one")
        tail = self.tail("lobby", "--after", "0")
        self.expect(tail, "1 watcher one")
        for number in (2, 3):
            self.chat.kill9()
            self.assertIn("connecting again", tail.stderr.readline())
            self.chat.start()
            with self.chat.client("writer", "lobby") as writer:
                writer.say("lobby", f"text {number}")
            self.expect(tail, f"{number} writer text {number}")
            self.assertIn(f"continuing after id {number - 1}", tail.stderr.readline())

    def test_ends_with_its_reader(self):
        tail = self.tail("lobby", "--after", "0")
        watcher = self.watcher()
        watcher.join("lobby")
        tail.stdout.close()
        self.assertEqual(tail.wait(TIMEOUT), 0)
        tail.stdout = open(os.devnull, encoding="utf-8")

    def test_no_server(self):
        self.chat.terminate()
        done = run("tail", "lobby", "--to", self.to)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("refused", done.stderr)


class PipedChat(ClientCase):
    def chat_with(self, input, name="bot"):
        return run("chat", name, "lobby", "--to", self.to, input=input)

    def test_sends_each_line(self):
        watcher = self.watcher("lobby")
        done = self.chat_with("one\n\ntwo\r\nthree")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        watcher.expect("JOIN lobby bot", "MSG lobby 1 bot one", "MSG lobby 2 bot two", "MSG lobby 3 bot three",
                       "PART lobby bot")

    def test_a_slash_means_nothing_in_a_pipe(self):
        texts = ["/quit", "/msg bob x", "//", " /names", "after"]
        done = self.chat_with("\n".join(texts))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual([text for (text,) in self.chat.sql("SELECT text FROM messages ORDER BY id")], texts)

    def test_thousands_of_lines(self):
        texts = [f"line {n}" for n in range(5000)]
        self.assertEqual(self.chat_with("\n".join(texts)).returncode, 0)
        self.assertEqual([text for (text,) in self.chat.sql("SELECT text FROM messages ORDER BY id")], texts)

    def test_status_tells_whether_all_were_stored(self):
        done = self.chat_with("fine\n" + "x" * 4097 + "\nalso fine\n")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^linechat: line 2: .*4096")
        self.assertEqual(self.chat.sql("SELECT text FROM messages"), [("fine",), ("also fine",)])

    def test_a_server_that_throws_it_out_is_waited_for(self):
        """It says how long, and then nothing is missing, doubled, or out of order."""
        chat = self.server("--rate-limit", "1000", "--flood-timeout", "100ms", "--agent", "off")
        texts = [f"line {n}" for n in range(4000)]
        done = run("chat", "bot", "lobby", "--to", "%s:%d" % chat.line, input="\n".join(texts), timeout=4 * TIMEOUT)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertRegex(done.stderr, r"^(linechat: the server ended the connection: .*; going on in \d+ s\n)+$")
        self.assertEqual([text for (text,) in chat.sql("SELECT text FROM messages ORDER BY id")], texts)

    def test_no_server(self):
        self.chat.terminate()
        done = self.chat_with("hello\n")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("refused", done.stderr)


class InteractiveChat(ClientCase):
    CLOCK = r"\d\d:\d\d(?::\d\d)?"

    def terminal(self, user="alice", **options):
        terminal = self.keep(Terminal("chat", user, "lobby", "--to", self.to, **options))
        return terminal

    def said(self, user, text):
        return rf"{self.CLOCK} {user}: {re.escape(text)}"

    def test_history_then_live_and_an_empty_line_is_nothing(self):
        watcher = self.watcher("lobby")
        for n in range(25):
            watcher.say("lobby", f"text {n}")
        alice = self.terminal()
        alice.wait_for(self.said("watcher", "text 24"))
        alice.wait_for(r"\* you are alice in lobby.*")
        shown = [line for line in alice.screen.lines() if "watcher: text" in line]
        self.assertEqual(len(shown), 20)
        self.assertIn("text 5", shown[0])
        watcher.expect("JOIN lobby alice")
        watcher.say("lobby", "live")
        alice.wait_for(self.said("watcher", "live"))
        alice.type("hello\r")
        watcher.expect("MSG lobby 27 alice hello")
        alice.wait_for(self.said("alice", "hello"))
        alice.wait_for("lobby>")
        alice.type("\r\r\rstill here\r")
        watcher.expect("MSG lobby 28 alice still here")
        alice.type("/quit\r")
        self.assertEqual(alice.wait(), 0)
        watcher.expect("PART lobby alice")
        self.assertTrue(alice.is_restored())

    def test_what_follows_a_slash_is_a_command_and_never_said(self):
        watcher = self.watcher("lobby")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        alice.type("/msg bob secret\r")
        alice.wait_for(r"\* not sent: /msg is no command; .*")
        # It can be corrected.
        alice.wait_for(r"lobby> /msg bob secret")
        alice.type("\x15 /msg bob secret\r\x15/nonsense\r\x15/me\r\x15")
        alice.wait_for(r"\* not sent: /me needs a text.*")
        alice.wait_for("lobby>")
        # Pasted, with the line break.
        alice.type("\x1b[200~/quit\n/msg bob secret\nfrom a paste\n\x1b[201~")
        watcher.expect("MSG lobby 1 alice from a paste")
        alice.wait_for(r"\* not sent: /quit: a pasted line may not begin with /")
        alice.type("/names\r")
        alice.wait_for(r"\* 2 here: (watcher, alice|alice, watcher)")
        alice.type("/help\r")
        alice.wait_for(r"\* /quit .*")
        alice.type("//etc is a directory\r/me waves\r1 /2\r")
        watcher.expect("MSG lobby 2 alice /etc is a directory", "MSG lobby 3 alice /me waves", "MSG lobby 4 alice 1 /2")
        alice.wait_for(rf"{self.CLOCK} \* alice waves")
        alice.type("/QUIT now\r")
        self.assertEqual(alice.wait(), 0)
        self.assertTrue(alice.is_restored())
        watcher.expect("PART lobby alice")

    def test_arriving_messages_do_not_tear_the_line_that_is_typed(self):
        watcher = self.watcher("lobby")
        alice = self.terminal(columns=60)
        watcher.expect("JOIN lobby alice")
        alice.type("a half typed ")
        alice.wait_for("lobby> a half typed")
        for n in range(30):
            watcher.say("lobby", f"in between {n} " + "x" * (n * 5 + 1))
            alice.type(f"w{n} ")
            if n % 10 == 9:
                alice.wait_for(rf"lobby> .*w{n}")
        typed = "a half typed " + " ".join(f"w{n}" for n in range(30))
        alice.type("\x7f\r")
        watcher.expect(f"MSG lobby 31 alice {typed}")
        alice.wait_for(rf"{self.CLOCK} alice: a half typed .*")
        # Long lines are wrapped by the terminal: together the screen has each message whole, and no piece of the input.
        shown = "".join(alice.screen.lines()[:-1])
        for n in range(30):
            self.assertIn(f"in between {n} " + "x" * (n * 5 + 1), shown)
        self.assertEqual(len(re.findall("lobby>", shown)), 0)
        self.assertEqual(shown.count("a half typed"), 1)

    def test_editing(self):
        watcher = self.watcher("lobby")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        alice.type("hello wörld\x7f\x7f\x7f\x7f\x7fthere\x1b[D\x1b[D\x1b[DX\x01>> \x05!\r")
        watcher.expect("MSG lobby 1 alice >> hello thXere!")
        alice.type("/names\r")
        alice.wait_for(r"\* 2 here: .*")
        # Up, a word back, and the word before it away; Tab completes who is there.
        alice.type("\x1b[A\x1b[A\x1bb\x17say \x05 to wat\t!\r")
        watcher.expect("MSG lobby 2 alice >> say thXere! to watcher !")
        alice.type("wa\thi\r")
        watcher.expect("MSG lobby 3 alice watcher: hi")
        with self.chat.client("carol", "lobby"):
            watcher.expect("JOIN lobby carol")
            alice.wait_for(r"\* carol joined")
            alice.type("ca\thi\r")
            watcher.expect("MSG lobby 4 alice carol: hi")

    def test_ctrl_d_quits_on_an_empty_line_only(self):
        watcher = self.watcher("lobby")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        alice.type("precious\x01\x04\x04\x05\x04\x04!\r")
        watcher.expect("MSG lobby 1 alice ecious!")
        alice.wait_for("lobby>")
        alice.type("\x04")
        self.assertEqual(alice.wait(), 0)

    def test_the_screen_is_drawn_anew(self):
        watcher = self.watcher("lobby")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        watcher.say("lobby", "hello")
        alice.wait_for(self.said("watcher", "hello"))
        alice.type("half")
        alice.wait_for("lobby> half")
        # What another program wrote there.
        alice.screen.feed("\r\nXXXXXX\r\nXXXXXX\r\n")
        alice.type("\x0c")
        alice.wait_for("lobby> half")
        alice.type(" done")
        alice.wait_for("lobby> half done")
        shown = "\n".join(alice.screen.lines())
        self.assertNotIn("XXX", shown)
        self.assertEqual(shown.count("watcher: hello"), 1)

    def test_ctrl_z_where_nothing_could_continue_it_does_not_stop_it(self):
        watcher = self.watcher("lobby")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        alice.type("half \x1atyped\r")
        watcher.expect("MSG lobby 1 alice half typed")

    @unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
    def test_ctrl_z_stops_it_and_fg_goes_on(self):
        watcher = self.watcher("lobby")
        shell = self.keep(Tmux(self.temporary_directory()))
        shell.wait_for("shell>")
        shell.type(f"$LINECHAT chat alice lobby --to {self.to}", "Enter")
        watcher.expect("JOIN lobby alice")
        watcher.say("lobby", "before")
        shell.wait_for(self.said("watcher", "before"))
        shell.type("half")
        shell.wait_for("lobby> half", last=True)
        shell.type("C-z")
        shell.wait_for(r".*Stopped.*")
        shell.wait_for("shell>", last=True)
        watcher.say("lobby", "meanwhile")
        # The shell has its terminal: it echoes what is typed, and Ctrl-C is an interrupt.
        shell.type("ec''ho the shell is here", "Enter")
        shell.wait_for("the shell is here")
        shell.type("fg", "Enter")
        shell.wait_for(self.said("watcher", "meanwhile"))
        shell.wait_for("lobby> half", last=True)
        shell.type(" typed", "C-Left", "C-Left", "not ", "C-l")
        shell.wait_for("lobby> not half typed", last=True)
        shell.type("Enter")
        watcher.expect("MSG lobby 3 alice not half typed")
        shell.type("/quit", "Enter")
        shell.wait_for("shell>", last=True)
        watcher.expect("PART lobby alice")

    def test_other_ways_to_quit(self):
        watcher = self.watcher("lobby")
        for key in ("\x03", "\x04"):
            alice = self.terminal()
            watcher.expect("JOIN lobby alice")
            alice.wait_for("lobby>")
            alice.type(key)
            self.assertEqual(alice.wait(), 0)
            self.assertTrue(alice.is_restored())
            watcher.expect("PART lobby alice")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        alice.wait_for("lobby>")
        alice.process.terminate()
        self.assertEqual(alice.wait(), 0)
        self.assertTrue(alice.is_restored())

    def test_reconnects_and_misses_nothing(self):
        watcher = self.watcher("lobby")
        alice = self.terminal(columns=120)
        watcher.expect("JOIN lobby alice")
        watcher.say("lobby", "before")
        alice.wait_for(self.said("watcher", "before"))
        alice.type("typed meanw")
        self.chat.kill9()
        alice.wait_for(r"\* .*connecting again")
        self.chat.start()
        with self.chat.client("writer", "lobby") as writer:
            writer.say("lobby", "missed")
        alice.wait_for(self.said("writer", "missed"))
        alice.wait_for(r"\* connected again")
        alice.wait_for("lobby> typed meanw")
        with self.chat.client("reader", "lobby") as reader:
            alice.type("hile\r")
            alice.wait_for(self.said("alice", "typed meanwhile"))
            reader.expect("MSG lobby 3 alice typed meanwhile")
        self.assertEqual(len([line for line in alice.screen.lines() if line.endswith(": before")]), 1)

    def test_what_is_refused_can_be_corrected(self):
        watcher = self.watcher("lobby")
        alice = self.terminal(user="mock-ai")
        self.assertEqual(alice.wait(), 1)
        self.assertIn("server's own", " ".join(alice.screen.lines()))
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        alice.type("x" * 4097 + "\r")
        alice.wait_for(r"\* not sent: a text has at most 4096 bytes")
        alice.type("\x7f\r")
        watcher.expect("MSG lobby 1 alice " + "x" * 4096)

    def test_text_from_others_cannot_reach_the_terminal(self):
        """Formatting of IRC is allowed in a text, and not shown as such."""
        watcher = self.watcher("lobby")
        alice = self.terminal()
        watcher.expect("JOIN lobby alice")
        watcher.say("lobby", "\x02bold\x02 \x0304red\x03 \x1funder")
        alice.wait_for(self.said("watcher", "bold red under"))
        # What turns the direction of writing is kept apart from the rest of its line.
        watcher.say("lobby", "\u200f123 של \u202e")
        alice.wait_for(self.said("watcher", "\u2068\u200f123 של \ufffd\u2069"))

"""The plain dialect over real sockets: every command, its replies and their order, and what others see."""

import re
import socket
import threading
import unittest

from harness import TIMESTAMP, LineClient, ServerCase, measures_memory, nc

VERBS = "NICK JOIN MSG PART HISTORY SINCE NAMES ROOMS PING HELP QUIT".split()


def hist(room, id, user, text, more=False):
    """The pattern of a HIST line."""
    return rf"HIST{'[+]' if more else ''} {re.escape(room)} {id} {TIMESTAMP} {user} {re.escape(text)}"


class PlainCase(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")

    def client(self, nick=None, *rooms):
        return self.keep(self.chat.client(nick, *rooms))

    def expect_history(self, client, room, messages):
        """The next lines are HIST of (id, user, text)."""
        for id, user, text in messages:
            client.expect_match(hist(room, id, user, text))


class Netcat(PlainCase):
    ONE_GO = "NICK ci\nJOIN ops\nMSG ops build done\nQUIT\n"

    def test_one_go_shows_the_acknowledgement_before_the_end(self):
        for number, flags in enumerate([[], ["-N"]], start=1):
            with self.subTest(flags=flags):
                output = nc(self.chat, self.ONE_GO, *flags)
                self.assertEqual(
                    output, f"OK NICK ci\nOK JOIN ops {number - 1}\nOK MSG ops {number}\nBYE\n")

    def test_half_close_without_quit(self):
        output = nc(self.chat, "NICK ci\nJOIN ops\nMSG ops build done\n", "-N")
        self.assertEqual(output, "OK NICK ci\nOK JOIN ops 0\nOK MSG ops 1\n")

    def test_crlf(self):
        output = nc(self.chat, self.ONE_GO, "-C")
        self.assertEqual(output, "OK NICK ci\nOK JOIN ops 0\nOK MSG ops 1\nBYE\n")
        self.assertEqual(self.chat.sql("SELECT user, text FROM messages"), [("ci", "build done")])

    def test_a_reader_sees_what_netcat_says(self):
        alice = self.client("alice", "ops")
        nc(self.chat, self.ONE_GO)
        alice.expect("JOIN ops ci", "MSG ops 1 ci build done", "PART ops ci")

    def test_help_is_a_page(self):
        output = nc(self.chat, "HELP\nQUIT\n")
        lines = output.splitlines()
        self.assertEqual(lines[-2:], ["END HELP", "BYE"])
        self.assertTrue(all(line.startswith("HELP ") for line in lines[:-2]))
        for verb in VERBS:
            self.assertIn(f"HELP {verb}", output)


class Commands(PlainCase):
    def test_nick(self):
        client = self.client()
        self.assertEqual(client.ask("NICK alice"), "OK NICK alice")
        self.assertEqual(client.ask("NICK alice"), "OK NICK alice")
        self.assertEqual(client.ask("NICK Alice"), "OK NICK Alice")
        self.assertEqual(client.ask("NICK " + "a" * 32), "OK NICK " + "a" * 32)
        self.assertEqual(client.ask("NICK [x]\\`_^{|}-9"), "OK NICK [x]\\`_^{|}-9")

    def test_join_tells_the_newest_message(self):
        alice = self.client("alice")
        self.assertEqual(alice.ask("JOIN lobby"), "OK JOIN lobby 0")
        alice.say("lobby", "one")
        newest = alice.say("lobby", "two")
        bob = self.client("bob")
        self.assertEqual(bob.ask("JOIN lobby"), f"OK JOIN lobby {newest}")
        alice.expect("JOIN lobby bob")
        self.assertEqual(bob.fence(), [])

    def test_message_goes_to_all_others_and_is_acknowledged(self):
        alice, bob, carol = (self.client(nick, "lobby") for nick in ("alice", "bob", "carol"))
        alice.expect("JOIN lobby bob", "JOIN lobby carol")
        bob.expect("JOIN lobby carol")
        alice.send("MSG lobby hello there")
        alice.expect("OK MSG lobby 1")
        for other in (bob, carol):
            other.expect("MSG lobby 1 alice hello there")
        self.assertEqual(alice.fence(), [])

    def test_text_is_verbatim(self):
        alice = self.client("alice", "lobby")
        bob = self.client("bob", "lobby")
        alice.expect("JOIN lobby bob")
        for text in (" two  spaces ", ":colon", "tab\there", "#", "/me waves", "Grüße, 世界 👋🏽", "\u200d", ".",
                     "\x02bold\x0f \x1ditalic\x1d \x1funder\x1f \x0304red\x03 \x04ff0000x \x11m \x16r \x1es"):
            id = alice.say("lobby", text)
            bob.expect(f"MSG lobby {id} alice {text}")

    def test_text_of_4096_bytes(self):
        alice = self.client("alice", "lobby")
        bob = self.client("bob", "lobby")
        alice.expect("JOIN lobby bob")
        for text in ("x" * 4096, "é" * 2048):
            id = alice.say("lobby", text)
            bob.expect(f"MSG lobby {id} alice {text}")

    def test_part(self):
        alice = self.client("alice", "lobby")
        bob = self.client("bob", "lobby")
        alice.expect("JOIN lobby bob")
        self.assertEqual(bob.ask("PART lobby"), "OK PART lobby")
        alice.expect("PART lobby bob")
        alice.say("lobby", "alone now")
        self.assertEqual(bob.fence(), [])
        bob.send("MSG lobby hi")
        bob.expect_error("not-joined", "lobby")
        bob.send("PART lobby")
        bob.expect_error("not-joined", "lobby")

    def test_history(self):
        alice = self.client("alice", "lobby")
        said = [(alice.say("lobby", f"text {n}"), "alice", f"text {n}") for n in range(30)]
        for request, count in (("HISTORY lobby", 20), ("HISTORY lobby 5", 5), ("HISTORY lobby 1000", 30)):
            with self.subTest(request):
                alice.send(request)
                self.expect_history(alice, "lobby", said[-count:])
                alice.expect(f"END lobby {said[-1][0]}")

    def test_history_needs_neither_nick_nor_membership(self):
        self.client("alice", "lobby").say("lobby", "hello")
        stranger = self.client()
        stranger.send("HISTORY lobby", "SINCE lobby 0", "NAMES lobby", "ROOMS")
        self.expect_history(stranger, "lobby", [(1, "alice", "hello")])
        stranger.expect("END lobby 1")
        self.expect_history(stranger, "lobby", [(1, "alice", "hello")])
        stranger.expect("END lobby 1", "NAMES lobby alice", "END lobby", "ROOM lobby 1", "END ROOMS")

    def test_join_with_the_last_ones(self):
        alice = self.client("alice", "lobby", "other")
        said = []
        for n in range(30):
            said.append((alice.say("lobby", f"text {n}"), "alice", f"text {n}"))
            alice.say("other", "elsewhere")
        newest = said[-1][0]
        for number, (request, count) in enumerate((("-20", 20), ("-1", 1), ("-030", 30), ("-1000", 30))):
            with self.subTest(request):
                bob = self.client(f"bob{number}")
                bob.send(f"JOIN lobby {request}")
                bob.expect(f"OK JOIN lobby {newest}")
                self.expect_history(bob, "lobby", said[-count:])
                bob.expect(f"END lobby {newest}")
                bob.send("PART lobby")
                bob.expect("OK PART lobby")
        carol = self.client("carol")
        carol.send("JOIN new -20", "JOIN new -20")
        carol.expect("OK JOIN new 0", "END new 0", "OK JOIN new 0")
        for bad, code in (("-0", "bad-count"), ("-1001", "bad-count"), ("-x", "bad-count"), ("-", "bad-id"),
                          ("-20 x", "too-many-fields")):
            carol.send(f"JOIN lobby {bad}")
            carol.expect_error(code, f"JOIN lobby {bad}")

    def test_the_last_ones_are_all_there_however_long_they_are(self):
        alice = self.client("alice", "lobby")
        texts = [f"{n} " + "x" * 4000 for n in range(200)]
        for text in texts:
            alice.say("lobby", text)
        bob = self.client("bob")
        bob.send("JOIN lobby -150")
        bob.expect("OK JOIN lobby 200")
        self.expect_history(bob, "lobby", [(n + 1, "alice", texts[n]) for n in range(50, 200)])
        bob.expect("END lobby 200")

    def test_join_with_the_last_ones_leaves_no_gap(self):
        """Somebody speaks all the time; each message comes once, first from the history, then live."""
        writer = self.client("writer", "lobby")
        count = 3000
        thread = threading.Thread(target=writer.send, args=[f"MSG lobby {n}" for n in range(count)])
        thread.start()
        for number in range(20):
            reader = self.client(f"reader{number}")
            reader.send("JOIN lobby -5")
            reader.send(f"PING {number}")
            lines = reader.read_until(f"PONG {number}")
            newest = int(lines[0].removeprefix("OK JOIN lobby "))
            ids = [int(line.split()[2]) for line in lines if line.startswith(("HIST ", "MSG "))]
            self.assertEqual(ids, list(range(max(1, newest - 4), max(1, newest - 4) + len(ids))))
            self.assertGreaterEqual(ids[-1] if ids else 0, newest)
            reader.close()
        thread.join()
        writer.read_until(f"OK MSG lobby {count}")

    def test_words_that_ask_for_help_are_told_of_it(self):
        client = self.client()
        for word in ("/help", "?", "hello", "hi there", "-h", "--help", "/?"):
            self.assertIn("HELP", client.ask(word))
        self.assertEqual(client.ask("NICK alice"), "OK NICK alice")
        for word in ("/help", "?", "hello"):
            self.assertIn("HELP", client.ask(word))
        self.assertIn("with -20, the last 20", "\n".join([client.ask("help"), *client.read_until("END HELP")]))

    def test_since_is_exclusive(self):
        alice = self.client("alice", "lobby", "other")
        ids = []
        for n in range(5):
            ids.append(alice.say("lobby", f"text {n}"))
            alice.say("other", "elsewhere")
        said = [(id, "alice", f"text {n}") for n, id in enumerate(ids)]
        for after, expected in ((0, said), (ids[0], said[1:]), (ids[3], said[4:])):
            alice.send(f"SINCE lobby {after}")
            self.expect_history(alice, "lobby", expected)
            alice.expect(f"END lobby {ids[-1]}")
        alice.send(f"SINCE lobby {ids[-1]}")
        alice.expect(f"END lobby {ids[-1]}")

    def test_since_of_many_pages(self):
        alice = self.client("alice", "lobby")
        texts = [f"{n} " + "x" * 500 for n in range(1500)]
        writer = threading.Thread(target=alice.send, args=[f"MSG lobby {text}" for text in texts])
        writer.start()
        alice.expect(*(f"OK MSG lobby {n}" for n in range(1, 1501)))
        writer.join()
        bob = self.client()
        for request, first in (("SINCE lobby 0", 0), ("SINCE lobby 700", 700), ("HISTORY lobby 1000", 500)):
            bob.send(request)
            self.expect_history(
                bob, "lobby", [(n + 1, "alice", texts[n]) for n in range(first, 1500)])
            bob.expect("END lobby 1500")

    def test_names(self):
        alice = self.client("alice", "lobby")
        self.client("Bob", "lobby")
        alice.expect("JOIN lobby Bob")
        alice.send("NAMES lobby")
        alice.expect("NAMES lobby alice Bob", "END lobby")

    def test_names_of_many_come_in_short_lines(self):
        nicks = {f"member-{n:03}-" + "x" * 15 for n in range(60)}
        for nick in nicks:
            self.client(nick, "lobby")
        asker = self.client()
        asker.send("NAMES lobby")
        lines = asker.read_until("END lobby")[:-1]
        self.assertGreater(len(lines), 1)
        self.assertTrue(all(len(line) < 480 for line in lines))
        self.assertEqual({nick for line in lines for nick in line.split()[2:]}, nicks)

    def test_rooms(self):
        alice = self.client("alice", "lobby", "ops")
        self.client("bob", "lobby")
        alice.expect("JOIN lobby bob")
        alice.send("ROOMS")
        self.assertEqual(sorted(alice.read_until("END ROOMS")[:-1]), ["ROOM lobby 2", "ROOM ops 1"])

    def test_a_room_in_which_nothing_was_said_goes_with_its_last_member(self):
        alice = self.client("alice", "empty", "kept")
        alice.say("kept", "hello")
        alice.send("PART empty", "PART kept", "ROOMS", "HISTORY empty")
        alice.expect("OK PART empty", "OK PART kept", "ROOM kept 0", "END ROOMS")
        alice.expect_error("no-such-room", "empty")

    def test_ping(self):
        client = self.client()
        self.assertEqual(client.ask("PING"), "PONG")
        self.assertEqual(client.ask("PING x"), "PONG x")
        self.assertEqual(client.ask("PING  two words "), "PONG  two words ")

    def test_quit(self):
        alice = self.client("alice", "lobby")
        bob = self.client("bob", "lobby")
        alice.expect("JOIN lobby bob")
        bob.send("QUIT", "MSG lobby never said")
        bob.expect("BYE")
        alice.expect("PART lobby bob")  # though bob has not closed
        alice.say("lobby", "not for bob")
        bob.expect_end()
        self.assertEqual(alice.fence(), [])

    def test_verbs_in_any_case(self):
        client = self.client()
        client.send("nick alice", "Join lobby", "mSg lobby Hi", "pInG X", "quit")
        client.expect("OK NICK alice", "OK JOIN lobby 0", "OK MSG lobby 1", "PONG X", "BYE")
        client.expect_end()

    def test_blank_lines_ask_for_nothing(self):
        client = self.client()
        client.send_bytes(b"\n\r\n  \n\nPING x\r\n")
        client.expect("PONG x")


class Order(PlainCase):
    DIALOGUE = (
        "NICK alice\nJOIN lobby\n" + "".join(f"MSG lobby text {n}\n" for n in range(1, 101))
        + "PING middle\nNOPE\nHISTORY lobby 2\nNAMES lobby\nMSG lobby more\nROOMS\nMSG nowhere hi\n"
        "MSG lobby last\nSINCE lobby 101\nPART lobby\nMSG lobby gone\nPING end\nQUIT\n")

    def expect_dialogue(self, client):
        client.expect("OK NICK alice", "OK JOIN lobby 0")
        client.expect(*(f"OK MSG lobby {n}" for n in range(1, 101)), "PONG middle")
        client.expect_error("unknown-command", "NOPE")
        self.expect_history(client, "lobby", [(n, "alice", f"text {n}") for n in (99, 100)])
        client.expect("END lobby 100", "NAMES lobby alice", "END lobby", "OK MSG lobby 101")
        client.expect("ROOM lobby 1", "END ROOMS")
        client.expect_error("not-joined", "nowhere")
        client.expect("OK MSG lobby 102")
        self.expect_history(client, "lobby", [(102, "alice", "last")])
        client.expect("END lobby 102", "OK PART lobby")
        client.expect_error("not-joined", "lobby")
        client.expect("PONG end", "BYE")
        client.expect_end()

    def test_pipelined_in_one_piece(self):
        client = self.client()
        client.send_bytes(self.DIALOGUE.encode())
        self.expect_dialogue(client)

    def test_pipelined_with_crlf(self):
        client = self.client()
        client.send_bytes(self.DIALOGUE.replace("\n", "\r\n").encode())
        self.expect_dialogue(client)

    def test_byte_by_byte(self):
        client = self.client()
        for byte in self.DIALOGUE.encode():
            client.send_bytes(bytes([byte]))
        self.expect_dialogue(client)

    def test_half_close_gets_all_replies(self):
        client = self.client()
        client.send_bytes(self.DIALOGUE.encode())
        client.half_close()
        self.expect_dialogue(client)

    def test_cut_at_every_point(self):
        dialogue = "NICK {}\nJOIN lobby\nMSG lobby Grüße\nQUIT\n"
        for number, cut in enumerate(range(1, len(dialogue.format("n000").encode())), start=1):
            data = dialogue.format(f"n{number:03}").encode()
            with LineClient(self.chat.line) as client:
                client.send_bytes(data[:cut])
                client.send_bytes(data[cut:])
                client.expect(
                    f"OK NICK n{number:03}", f"OK JOIN lobby {number - 1}", f"OK MSG lobby {number}", "BYE")

    def test_a_last_line_without_an_end_is_not_executed(self):
        alice = self.client("alice", "lobby")
        bob = self.client("bob", "lobby")
        alice.expect("JOIN lobby bob")
        bob.send_bytes(b"PING x\nMSG lobby cut off")
        bob.half_close()
        bob.expect("PONG x")
        bob.expect_end()
        alice.expect("PART lobby bob")
        alice.send("SINCE lobby 0")
        alice.expect("END lobby 0")

    def test_a_flood_is_slowed_down_and_loses_nothing(self):
        alice = self.client("alice", "lobby")
        count = 20000
        writer = threading.Thread(target=alice.send, args=[f"MSG lobby {n}" for n in range(count)])
        writer.start()
        alice.expect(*(f"OK MSG lobby {n}" for n in range(1, count + 1)))
        writer.join()
        self.assertEqual(
            self.chat.sql("SELECT count(*), min(id), max(id) FROM messages"), [(count, 1, count)])


class Names(PlainCase):
    def test_rooms_are_compared_without_case_and_hash(self):
        alice = self.client("alice")
        self.assertEqual(alice.ask("JOIN #Lobby"), "OK JOIN Lobby 0")
        bob = self.client("bob")
        self.assertEqual(bob.ask("JOIN lOBBY"), "OK JOIN Lobby 0")
        alice.expect("JOIN Lobby bob")
        self.assertEqual(bob.ask("MSG #LOBBY hi"), "OK MSG Lobby 1")
        alice.expect("MSG Lobby 1 bob hi")
        bob.send("ROOMS", "NAMES lobby", "HISTORY #lobby", "JOIN LOBBY", "PART #lobby")
        bob.expect("ROOM Lobby 2", "END ROOMS", "NAMES Lobby alice bob", "END Lobby")
        self.expect_history(bob, "Lobby", [(1, "bob", "hi")])
        bob.expect("END Lobby 1", "OK JOIN Lobby 1", "OK PART Lobby")

    def test_case_is_ascii_case(self):
        alice = self.client("alice", "Ä")
        self.assertEqual(alice.ask("JOIN ä"), "OK JOIN ä 0")
        alice.send("ROOMS")
        self.assertEqual(len(alice.read_until("END ROOMS")), 3)

    def test_room_names_at_their_bounds(self):
        alice = self.client("alice")
        for name in ("x" * 50, "é" * 25, "世界", "a!b@c*?", "-", "1"):
            self.assertEqual(alice.ask(f"JOIN {name}"), f"OK JOIN {name} 0")
        self.assertEqual(alice.ask("JOIN #" + "y" * 50), f"OK JOIN {'y' * 50} 0")

    def test_nick_in_use_and_freed(self):
        alice = self.client("alice")
        bob = self.client()
        for spelling in ("alice", "ALICE"):
            bob.send(f"NICK {spelling}")
            bob.expect_error("nick-in-use", spelling)
        alice.send("NICK alicia")
        alice.expect("OK NICK alicia")
        self.assertEqual(bob.ask("NICK alice"), "OK NICK alice")

    def test_nick_is_freed_however_the_session_ends(self):
        watcher = self.client("watcher", "lobby")
        endings = (
            lambda client: (client.send("QUIT"), client.read_to_end()),
            lambda client: (client.half_close(), client.read_to_end()),
            LineClient.close,
            LineClient.reset)
        for ending in endings:
            client = self.client("alice", "lobby")
            watcher.expect("JOIN lobby alice")
            ending(client)
            watcher.expect("PART lobby alice")
        self.client("alice")

    def test_nick_of_a_holder_that_is_gone_without_a_word(self):
        holder = self.client("alice", "lobby")
        watcher = self.client("watcher", "lobby")
        vanish(self, holder)
        other = self.client()
        other.send("NICK alice")
        other.expect_error("nick-in-use", "alice")
        watcher.expect("PART lobby alice")  # within the client's time limit
        self.assertEqual(other.ask("NICK alice"), "OK NICK alice")

    def test_nick_change_is_seen_once(self):
        alice = self.client("alice", "lobby", "ops")
        bob = self.client("bob", "lobby", "ops")
        stranger = self.client("stranger", "elsewhere")
        alice.expect("JOIN lobby bob", "JOIN ops bob")
        self.assertEqual(alice.ask("NICK alicia"), "OK NICK alicia")
        bob.expect("NICK alice alicia")
        alice.say("lobby", "it is me")
        bob.expect("MSG lobby 1 alicia it is me")
        bob.send("NAMES lobby")
        bob.expect("NAMES lobby alicia bob", "END lobby")
        self.assertEqual(bob.fence(), [])
        self.assertEqual(stranger.fence(), [])
        self.assertEqual(alice.ask("NICK Alicia"), "OK NICK Alicia")
        bob.expect("NICK alicia Alicia")


def vanish(case, client):
    """The client's end of the connection is gone, and nothing of that was sent: as after a crash of its machine."""
    tcp_repair = 19
    try:
        client.socket.setsockopt(socket.IPPROTO_TCP, tcp_repair, 1)
    except PermissionError:
        case.skipTest("taking a connection away silently needs root (CAP_NET_ADMIN)")
    client.close()


class Resume(PlainCase):
    def test_resume_replays_then_goes_live(self):
        alice = self.client("alice", "lobby")
        ids = [alice.say("lobby", f"text {n}") for n in range(5)]
        bob = self.client("bob")
        bob.send(f"JOIN lobby {ids[1]}")
        bob.expect("OK JOIN lobby 5")
        self.expect_history(bob, "lobby", [(id, "alice", f"text {id - 1}") for id in ids[2:]])
        bob.expect("END lobby 5")
        alice.expect("JOIN lobby bob")
        id = alice.say("lobby", "live")
        bob.expect(f"MSG lobby {id} alice live")

    def test_resume_at_the_present(self):
        alice = self.client("alice", "lobby")
        newest = alice.say("lobby", "text")
        bob = self.client("bob")
        bob.send(f"JOIN lobby {newest}")
        bob.expect(f"OK JOIN lobby {newest}", f"END lobby {newest}")
        bob.send("JOIN nothing-yet 0")
        bob.expect("OK JOIN nothing-yet 0", "END nothing-yet 0")

    def test_an_id_of_another_room_is_a_cursor_too(self):
        alice = self.client("alice", "lobby", "ops")
        alice.say("lobby", "one")
        alice.say("ops", "two")
        alice.say("lobby", "three")
        bob = self.client("bob")
        bob.send("JOIN lobby 2")
        bob.expect("OK JOIN lobby 3")
        self.expect_history(bob, "lobby", [(3, "alice", "three")])
        bob.expect("END lobby 3")

    def test_already_joined_is_no_replay(self):
        alice = self.client("alice", "lobby")
        alice.say("lobby", "one")
        alice.send("JOIN lobby", "JOIN lobby 0", "MSG lobby two")
        alice.expect("OK JOIN lobby 1", "OK JOIN lobby 1", "OK MSG lobby 2")

    def test_an_id_that_was_not_given_yet(self):
        alice = self.client("alice", "lobby")
        alice.say("lobby", "one")
        bob = self.client("bob")
        for command in ("JOIN lobby 2", "JOIN elsewhere 2", "SINCE lobby 2", "JOIN lobby 9223372036854775807"):
            bob.send(command)
            bob.expect_error("future-id", command)
        self.assertEqual(alice.fence(), [])
        bob.send("MSG lobby hi", "ROOMS")
        bob.expect_error("not-joined", "lobby")
        bob.expect("ROOM lobby 1", "END ROOMS")


class StoredMessages(PlainCase):
    """What is in the database is shown as it is: rows that came by other doors, and rows that are gone."""

    def insert(self, texts, room="lobby", user="eve"):
        """Stores messages while the server is down."""
        self.chat.terminate()
        room_id = self.chat.sql("SELECT coalesce(max(id), 0) + 1 FROM rooms")[0][0]
        self.chat.sql("INSERT INTO rooms (id, name) VALUES (?, ?)", room_id, room)
        for id, text in enumerate(texts, start=1):
            self.chat.sql(
                "INSERT INTO messages (id, room, time, user, kind, role, text) VALUES (?, ?, ?, ?, 0, 'user', ?)",
                id, room_id, 1_750_000_000_000 + id, user, text)
        self.chat.sql("UPDATE state SET value = ? WHERE key = 'last_id'", len(texts))
        self.chat.start()

    def trim(self, through, room="lobby"):
        """Removes a room's messages up to an id while the server is down."""
        self.chat.terminate()
        [[room_id]] = self.chat.sql("SELECT id FROM rooms WHERE name = ?", room)
        self.chat.sql("DELETE FROM messages WHERE room = ? AND id <= ?", room_id, through)
        self.chat.sql("DELETE FROM room_messages WHERE room = ? AND id <= ?", room_id, through)
        self.chat.sql("UPDATE rooms SET trimmed_to = ? WHERE id = ?", through, room_id)
        self.chat.start()

    def test_several_lines(self):
        self.insert(["one\ntwo\n\nfour", "single"])
        bob = self.client("bob")
        bob.send("JOIN lobby 0")
        bob.expect("OK JOIN lobby 2")
        for text in ("one", "two", ""):
            bob.expect_match(hist("lobby", 1, "eve", text, more=True))
        self.expect_history(bob, "lobby", [(1, "eve", "four"), (2, "eve", "single")])
        bob.expect("END lobby 2")

    def test_a_gap_is_told(self):
        self.insert([f"text {n}" for n in range(1, 11)])
        self.trim(through=6)
        for after in (0, 3, 5):
            with self.subTest(after=after):
                bob = self.client(f"bob{after}")
                bob.send(f"JOIN lobby {after}", f"SINCE lobby {after}")
                bob.expect("OK JOIN lobby 10")
                for _ in ("JOIN", "SINCE"):
                    bob.expect(f"GAP lobby {after} 6")
                    self.expect_history(bob, "lobby", [(n, "eve", f"text {n}") for n in range(7, 11)])
                    bob.expect("END lobby 10")

    def test_no_gap_where_nothing_is_missing(self):
        self.insert([f"text {n}" for n in range(1, 11)])
        self.trim(through=6)
        bob = self.client("bob")
        bob.send("JOIN lobby 6")
        bob.expect("OK JOIN lobby 10")
        self.expect_history(bob, "lobby", [(n, "eve", f"text {n}") for n in range(7, 11)])
        bob.expect("END lobby 10")

    def test_a_room_of_which_nothing_is_left(self):
        self.insert([f"text {n}" for n in range(1, 11)])
        self.trim(through=10)
        bob = self.client("bob")
        bob.send("JOIN lobby 4")
        bob.expect_match(r"OK JOIN lobby \d+")
        bob.expect("GAP lobby 4 10", "END lobby 10")
        bob.send("SINCE lobby 4")
        bob.expect("GAP lobby 4 10")
        bob.expect_match(r"END lobby \d+")
        self.assertEqual(bob.say("lobby", "goes on"), 11)

    def test_history_shows_what_is_left(self):
        self.insert([f"text {n}" for n in range(1, 11)])
        self.trim(through=6)
        bob = self.client("bob")
        bob.send("HISTORY lobby 20")
        self.expect_history(bob, "lobby", [(n, "eve", f"text {n}") for n in range(7, 11)])
        bob.expect("END lobby 10")


class BadInput(PlainCase):
    """Each gets its error, and nothing else happens."""

    REFUSED = [
        ("NOPE", "unknown-command"), ("NICKS alice", "unknown-command"), ("MSG+ lobby x", "unknown-command"),
        (" PING x", "unknown-command"), ("OK MSG lobby 1", "unknown-command"), ("NICK", "missing-field"),
        ("JOIN", "missing-field"), ("MSG", "missing-field"), ("MSG lobby", "missing-field"),
        ("PART", "missing-field"), ("HISTORY", "missing-field"), ("SINCE lobby", "missing-field"),
        ("NAMES", "missing-field"), ("MSG lobby ", "text-empty"), ("NICK a b", "too-many-fields"),
        ("JOIN lobby 1 2", "too-many-fields"), ("PART lobby x", "too-many-fields"),
        ("ROOMS x", "too-many-fields"), ("NAMES lobby x", "too-many-fields"), ("NICK 1x", "bad-nick"),
        ("NICK -x", "bad-nick"), ("NICK " + "x" * 33, "bad-nick"), ("NICK é", "bad-nick"),
        ("NICK a!b", "bad-nick"), ("JOIN a,b", "bad-room"), ("JOIN a:b", "bad-room"),
        ("JOIN #", "bad-room"), ("JOIN ##x", "bad-room"), ("JOIN a#b", "bad-room"),
        ("JOIN " + "x" * 51, "bad-room"), ("JOIN  lobby", "bad-room"), ("MSG a,b hi", "bad-room"),
        ("HISTORY lobby 0", "bad-count"), ("HISTORY lobby 1001", "bad-count"),
        ("HISTORY lobby x", "bad-count"), ("HISTORY lobby -1", "bad-count"),
        ("HISTORY lobby 99999999999999999999", "bad-count"), ("SINCE lobby x", "bad-id"),
        ("SINCE lobby -1", "bad-id"), ("JOIN lobby 99999999999999999999", "bad-id"),
        ("JOIN lobby +1", "bad-id"), ("SINCE lobby 999", "future-id"), ("MSG elsewhere hi", "not-joined"),
        ("PART elsewhere", "not-joined"), ("HISTORY elsewhere", "no-such-room"),
        ("SINCE elsewhere 0", "no-such-room"), ("NAMES elsewhere", "no-such-room"),
        ("MSG lobby " + "x" * 4097, "text-too-long"), ("MSG lobby " + "é" * 2048 + "x", "text-too-long"),
        ("MSG lobby a\x00b", "text-control"), ("MSG lobby \x1b[2J", "text-control"),
        ("MSG lobby \x07", "text-control"), ("MSG lobby a\x7fb", "text-control"),
        ("MSG lobby \x01ACTION waves\x01", "text-control"), ("MSG lobby a\rb", "text-control"),
        ("MSG lobby \u009b2J", "text-control"), ("JOIN a\x1bb", "bad-room"), ("JOIN \u009b", "bad-room"),
        ("NICK a\x00", "bad-nick"), ("NICK mock-ai", "nick-reserved"), ("NICK MOCK-AI", "nick-reserved"),
    ]
    NOT_UTF8 = [
        (b"MSG lobby \xff", "text-not-utf8"), (b"MSG lobby \xc3", "text-not-utf8"),
        (b"MSG lobby \xc0\xaf", "text-not-utf8"), (b"MSG lobby \xed\xa0\x80", "text-not-utf8"),
        (b"MSG lobby \xf4\x90\x80\x80", "text-not-utf8"), (b"PING \xff", "text-not-utf8"),
        (b"JOIN \xff", "bad-room"), (b"NICK \xff", "bad-nick"), (b"\xff\xfe", "unknown-command"),
    ]

    def setUp(self):
        super().setUp()
        self.watcher = self.client("watcher", "lobby")
        self.client_ = self.client("alice", "lobby")
        self.watcher.expect("JOIN lobby alice")

    def expect_nothing_happened(self):
        client = self.client_
        client.send("ROOMS", "NAMES lobby", "SINCE lobby 0")
        client.expect(
            "ROOM lobby 2", "END ROOMS", "NAMES lobby alice watcher", "END lobby", "END lobby 0")
        self.assertEqual(self.watcher.fence(), [])

    def test_refused_lines(self):
        for line, code in self.REFUSED:
            with self.subTest(line=line[:40]):
                self.client_.send(line)
                reason = self.client_.expect_error(code)
                self.assertGreater(len(reason), 10)
        self.expect_nothing_happened()

    def test_not_utf8(self):
        for line, code in self.NOT_UTF8:
            with self.subTest(line=line):
                self.client_.send_bytes(line + b"\n")
                self.client_.expect_error(code)
        self.expect_nothing_happened()

    def test_all_in_one_piece_are_answered_in_order(self):
        self.client_.send(*(line for line, _ in self.REFUSED))
        for line, code in self.REFUSED:
            with self.subTest(line=line[:40]):
                self.client_.expect_error(code)
        self.expect_nothing_happened()

    def test_error_quotes_what_was_asked_without_controls_and_cut(self):
        self.client_.send("NOPE \x1b[31mred")
        self.client_.expect("ERR unknown-command NOPE ?[31mred: no such command; HELP lists them")
        self.client_.send("NOPE " + "é" * 300)
        line = self.client_.readline()
        quoted = re.fullmatch("ERR unknown-command (.*…): no such command; HELP lists them", line)[1]
        self.assertLessEqual(len(quoted.encode()), 200)

    def test_before_a_nick(self):
        stranger = self.client()
        for line in ("JOIN lobby", "JOIN lobby 0", "MSG lobby hi", "PART lobby"):
            stranger.send(line)
            stranger.expect_error("no-nick", line)
        self.expect_nothing_happened()

    def test_line_of_8192_bytes(self):
        for end in (b"\n", b"\r\n"):
            text = b"x" * (8192 - len(b"PING ") - len(end))
            self.client_.send_bytes(b"PING " + text + end)
            self.client_.expect("PONG " + text.decode())

    def test_line_too_long_is_refused_before_its_end(self):
        client = self.client("bob", "lobby")
        self.watcher.expect("JOIN lobby bob")
        client.send_bytes(b"PING x\nMSG lobby " + b"x" * (8192 - len("MSG lobby ")))
        client.expect("PONG x")
        client.expect_error("line-too-long", "")
        client.expect_end()
        self.watcher.expect("PART lobby bob")
        self.client_.expect("JOIN lobby bob", "PART lobby bob")
        self.expect_nothing_happened()

    def test_line_too_long_with_its_end(self):
        client = self.client()
        client.send_bytes(b"PING " + b"x" * 8188 + b"\nPING y\n")
        client.expect_error("line-too-long", "")
        client.expect_end()

    @measures_memory
    def test_an_endless_line_is_not_kept(self):
        client = self.client()
        before = self.chat.resident_bytes()
        for _ in range(1024):
            client.send_bytes(b"x" * (1 << 16))
        client.expect_error("line-too-long", "")
        client.expect_end()
        self.assertLess(self.chat.resident_bytes() - before, 8 << 20)

    def test_tls_hello(self):
        hello = bytes.fromhex("1603010200010001fc0303") + bytes(500)
        for data in (hello, hello[:2]):
            client = self.client()
            client.send_bytes(data)
            self.assertIn("TLS", client.expect_error("not-line-protocol", ""))
            client.expect_end()

    def test_http_request(self):
        for request in ("GET / HTTP/1.1", "POST /messages HTTP/1.1", "OPTIONS * HTTP/1.0"):
            client = self.client()
            client.send_bytes(f"{request}\r\nHost: localhost\r\nContent-Length: 30\r\n\r\n{{}}".encode())
            self.assertIn("HTTP", client.expect_error("not-line-protocol", request))
            client.expect_end()
        self.expect_nothing_happened()

    def test_binary_noise(self):
        for seed in range(20):
            noise = bytes((n * n * (seed + 3) + 7 * n + seed) % 251 + 1 for n in range(4000))
            client = self.client()
            client.send_bytes(noise + b"\nPING alive\n")
            client.half_close()
            for line in client.read_to_end():
                self.assertRegex(line, r"^(ERR |PONG|HELP|END )")
        self.expect_nothing_happened()


if __name__ == "__main__":
    unittest.main()

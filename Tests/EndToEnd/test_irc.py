"""The IRC dialect over real sockets: every command, its replies and their order, and what others see."""

import re
import unittest

from harness import TIMESTAMP, ServerCase
from irc_client import SERVER, IRCClient, source

ALL_CAPS = "batch cap-notify echo-message message-tags server-time"


class IRCCase(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")

    def irc(self, nick=None, *rooms, **options):
        return self.keep(IRCClient(self.chat.line, nick, *rooms, **options))

    def plain(self, nick=None, *rooms):
        return self.keep(self.chat.client(nick, *rooms))

    def assertAnswers(self, client, line, *expected):
        self.assertEqual(client.answers(line), list(expected), line)


class Registration(IRCCase):
    def test_welcome(self):
        lines = self.irc().register("alice")
        codes = [line.split()[1] for line in lines]
        self.assertEqual(codes, "001 002 003 004 005 251 254 255 265 266 422".split())
        self.assertEqual(lines[0], f":{SERVER} 001 alice :Welcome to LineChat, alice!alice@{SERVER}")
        self.assertRegex(lines[3], rf"^:{SERVER} 004 alice {SERVER} linechat-\S+ i :$")
        tokens = lines[4].split(" :")[0].split()[3:]
        for token in ("CASEMAPPING=ascii", "CHANTYPES=#", "NICKLEN=32", "CHANNELLEN=51", "UTF8ONLY"):
            self.assertIn(token, tokens)

    def test_the_limit_of_rooms_is_told_as_it_is(self):
        self.assertIn(" CHANLIMIT=#:5 ", self.tokens("--max-rooms-per-session", "5"))
        self.assertIn(" CHANLIMIT=#:1000 ", self.tokens())
        self.assertNotIn("CHANLIMIT", self.tokens("--rate-limit", "off"), "there is none")

    def tokens(self, *arguments):
        client = self.keep(IRCClient(self.server(*arguments).line))
        return client.register("alice")[4]

    def test_user_before_nick(self):
        client = self.irc()
        client.send("USER a 0 * :A", "NICK alice")
        client.expect(f":{SERVER} 001 alice :Welcome to LineChat, alice!alice@{SERVER}")

    def test_password_is_taken(self):
        client = self.irc()
        client.send("PASS secret", "NICK alice", "USER a 0 * :A")
        client.expect(f":{SERVER} 001 alice :Welcome to LineChat, alice!alice@{SERVER}")

    def test_no_plain_line_for_a_bad_first_nick(self):
        for line, code in (
            ("NICK 9lives", "432 * 9lives"), ("NICK", "431 *"), ("NICK mock-ai", "433 * mock-ai"),
            ("NICK :", "431 *"),
        ):
            with self.subTest(line):
                client = self.irc()
                client.send(line, "USER a 0 * :A")
                self.assertTrue(client.readline().startswith(f":{SERVER} {code} :"))
                self.assertEqual(len(client.register("alice")), 11)
                client.send("QUIT")
                client.read_to_end()

    def test_a_nick_with_a_colon(self):
        client = self.irc()
        client.send("NICK :alice", "USER a 0 * :A")
        client.expect(f":{SERVER} 001 alice :Welcome to LineChat, alice!alice@{SERVER}")

    def test_nick_in_use(self):
        self.irc("alice")
        client = self.irc()
        client.send("NICK ALICE", "USER a 0 * :A")
        client.expect(f":{SERVER} 433 * ALICE :Nickname is already in use")
        client.send("NICK bob")
        client.expect(f":{SERVER} 001 bob :Welcome to LineChat, bob!bob@{SERVER}")

    def test_a_nick_that_plain_has_refused_is_told_again(self):
        self.irc("alice")
        client = self.keep(self.chat.client())
        client.send("NICK alice")
        client.expect_error("nick-in-use")
        client.send("USER a 0 * :A")
        client.expect(f":{SERVER} 433 * alice :Nickname is already in use\r")

    def test_a_plain_session_becomes_irc_with_its_nick_and_rooms(self):
        client = self.plain("alice", "ops")
        client.send("USER a 0 * :A")
        lines = client.read_until(f":{SERVER} 366 alice #ops :End of /NAMES list\r")
        self.assertEqual(lines[0], f":{SERVER} 001 alice :Welcome to LineChat, alice!alice@{SERVER}\r")
        self.assertIn(f"{source('alice')} JOIN #ops\r", lines)
        self.plain("bob", "ops").say("ops", "hello")
        client.expect(f"{source('bob')} JOIN #ops\r", f"{source('bob')} PRIVMSG #ops :hello\r")

    def test_before_registration(self):
        client = self.irc()
        client.send("CAP LS", "JOIN #ops", "PRIVMSG #ops :hi", "PING x", "PONG x", "NONSENSE", "USER a", "QUIT :bye")
        self.assertEqual(client.read_to_end()[1:], [
            f":{SERVER} 451 * :You have not registered", f":{SERVER} 451 * :You have not registered",
            f":{SERVER} PONG {SERVER} :x", f":{SERVER} 421 * NONSENSE :Unknown command",
            f":{SERVER} 461 * USER :Not enough parameters", "ERROR :Closing Link: * (Quit: bye)"])

    def test_only_once(self):
        client = self.irc("alice")
        again = ":You may not reregister"
        self.assertAnswers(client, "USER a 0 * :A", client.numeric(462, again))
        self.assertAnswers(client, "PASS secret", client.numeric(462, again))


class Capabilities(IRCCase):
    def test_negotiation_holds_registration(self):
        client = self.irc()
        client.send("CAP LS 302", "NICK alice", "USER a 0 * :A", "CAP LIST", "CAP REQ :server-time", "CAP LIST",
                    "CAP REQ :-server-time sasl", "CAP FROB", "PING x")
        client.expect(
            f":{SERVER} CAP * LS :{ALL_CAPS}", f":{SERVER} CAP alice LIST :cap-notify",
            f":{SERVER} CAP alice ACK :server-time", f":{SERVER} CAP alice LIST :cap-notify server-time",
            f":{SERVER} CAP alice NAK :-server-time sasl", f":{SERVER} 410 alice FROB :Invalid CAP command",
            f":{SERVER} PONG {SERVER} :x")
        client.send("CAP END")
        client.expect_match(rf":{SERVER} 001 alice :.*")

    def test_tags_are_as_negotiated(self):
        wanted = {
            "": "", "batch": "", "server-time": rf"@time={TIMESTAMP} ", "message-tags": "@msgid=1 ",
            "server-time message-tags": rf"@time={TIMESTAMP};msgid=1 ",
        }
        readers = {caps: self.irc(f"r{number}", "#ops", caps=caps) for number, caps in enumerate(wanted)}
        self.plain("bob", "ops").say("ops", "hello")
        for caps, tags in wanted.items():
            with self.subTest(caps):
                last = readers[caps].read_until(re.compile(r".*PRIVMSG.*"))[-1]
                self.assertRegex(last, rf"^{tags}:bob!bob@{SERVER} PRIVMSG #ops :hello$")

    def test_tags_change_in_a_room(self):
        client, bob = self.irc("alice", "#ops"), self.plain("bob", "ops")
        client.fence()
        bob.say("ops", "one")
        client.expect(f"{source('bob')} PRIVMSG #ops :one")
        self.assertAnswers(client, "CAP REQ message-tags", f":{SERVER} CAP alice ACK :message-tags")
        bob.say("ops", "two")
        client.expect(f"@msgid=2 {source('bob')} PRIVMSG #ops :two")
        self.assertAnswers(client, "CAP REQ -message-tags", f":{SERVER} CAP alice ACK :-message-tags")
        bob.say("ops", "three")
        client.expect(f"{source('bob')} PRIVMSG #ops :three")


class Messages(IRCCase):
    def test_doors_are_one_room(self):
        alice, bob, carol = self.irc("alice", "#ops"), self.plain("bob", "ops"), self.irc("carol", "#OPS".lower())
        alice.fence(), bob.fence()
        alice.send("PRIVMSG #ops :hello there", "NOTICE #OPS notice", "PRIVMSG #ops :\x01ACTION waves\x01")
        bob.expect("MSG ops 1 alice hello there", "MSG ops 2 alice notice", "MSG ops 3 alice /me waves")
        carol.expect(
            f"{source('alice')} PRIVMSG #ops :hello there", f"{source('alice')} NOTICE #ops :notice",
            f"{source('alice')} PRIVMSG #ops :\x01ACTION waves\x01")
        self.assertEqual(alice.fence(), [], "no echo unless asked for")
        self.assertEqual(self.chat.sql("SELECT kind FROM messages ORDER BY id"), [(0,), (1,), (2,)])

    def test_echo_is_the_acknowledgement(self):
        alice = self.irc("alice", "#ops", caps="echo-message message-tags server-time")
        alice.send("PRIVMSG #ops :one", "NOTICE #ops :two", "PING x")
        for id, verb, text in ((1, "PRIVMSG", "one"), (2, "NOTICE", "two")):
            alice.expect_match(rf"@time={TIMESTAMP};msgid={id} {source('alice')} {verb} #ops :{text}")
        alice.expect(f":{SERVER} PONG {SERVER} :x")

    def test_ping_is_a_fence_for_durability(self):
        alice = self.irc("alice", "#ops")
        alice.answers(*(f"PRIVMSG #ops :{number}" for number in range(3000)))
        self.chat.kill9()
        texts = self.chat.sql("SELECT text FROM messages ORDER BY id")
        self.assertEqual(texts, [(str(number),) for number in range(3000)])

    def test_order_of_replies_of_mixed_lines(self):
        alice = self.irc("alice", "#ops", caps="echo-message")
        said = f"{source('alice')} PRIVMSG #ops"
        answers = alice.answers(
            "PRIVMSG #ops :1", "PRIVMSG #nowhere :2", "PRIVMSG #ops :3", "PRIVMSG bob :4", "PRIVMSG #ops,bob :5",
            "NOTICE #nowhere,bob :6", "FROB", "PRIVMSG #ops :7")
        self.assertEqual([re.sub(r"^(:\S+ \d+ .*?) :.*", r"\1", line) for line in answers], [
            f"{said} :1", alice.numeric(404, "#nowhere"), f"{said} :3", alice.numeric(401, "bob"),
            alice.numeric(401, "bob"), f"{said} :5", alice.numeric(421, "FROB"), f"{said} :7"])

    def test_several_targets(self):
        alice, bob = self.irc("alice", "#a", "#b"), self.plain("bob", "a", "b")
        alice.fence()
        self.assertAnswers(alice, "PRIVMSG #a,#b,, :hello")
        bob.expect("MSG a 1 alice hello", "MSG b 2 alice hello")
        self.assertAnswers(alice, "PRIVMSG #a,#b,#c,#d,#e :x", alice.numeric(407, "#e :Too many targets"))

    def test_refusals(self):
        alice = self.irc("alice", "#ops")
        for line, *answer in (
            ("PRIVMSG", 411, ":No recipient given (PRIVMSG)"),
            ("PRIVMSG #ops", 412, ":No text to send"),
            ("PRIVMSG #ops :", 412, ":No text to send"),
            ("PRIVMSG #ops :\x01ACTION \x01", 412, ":No text to send"),
            ("PRIVMSG #a:b :x", 403, "#a:b :a room's name has no colon"),
            ("PRIVMSG #other :x", 404, "#other :join the room first"),
            ("PRIVMSG #ops :\x1b[2J", 404, "#ops :a text has no control character U+001B"),
            ("PRIVMSG #ops :\x01VERSION\x01", 404, "#ops :a text has no control character U+0001"),
            ("PRIVMSG #ops :" + 4097 * "x", 404, "#ops :a text has at most 4096 bytes"),
            (":only.a.source", 400, "* :a line has a command"),
        ):
            with self.subTest(line[:40]):
                self.assertAnswers(alice, line, alice.numeric(*answer))
        for line in ("NOTICE", "NOTICE #ops", "NOTICE #other :x", "NOTICE bob :x", "NOTICE #ops :\x1b", "", "TAGMSG #ops"):
            with self.subTest(line):
                self.assertAnswers(alice, line)
        self.assertEqual(self.chat.sql("SELECT count(*) FROM messages"), [(0,)])

    def test_what_is_not_utf8_is_refused(self):
        alice = self.irc("alice", "#ops")
        for line, command in (
            ("PRIVMSG #ops :\udcff", "PRIVMSG"), ("notice #ops :\udcff", "NOTICE"), ("TOPIC #ops :\udcff", "TOPIC"),
            ("@+x=\udcff PRIVMSG #ops :x", "PRIVMSG"), ("\udcff", "*"),
            (":\udcff", "*"),
        ):
            with self.subTest(command):
                answer = alice.answers(line)
                self.assertEqual(len(answer), 1)
                self.assertRegex(answer[0], rf"^:{SERVER} FAIL {re.escape(command)} INVALID_UTF8 :.*UTF-8")
        self.assertEqual(self.chat.sql("SELECT count(*) FROM messages"), [(0,)])

    def test_who_cannot_write_utf8_may_register_and_leave(self):
        client = self.irc()
        client.send("PASS \udcff", "NICK alice", "USER al\udce9 0 * :Andr\udce9")
        client.expect(f":{SERVER} 001 alice :Welcome to LineChat, alice!alice@{SERVER}")
        client.send("QUIT :\udcff")
        self.assertEqual(client.read_to_end()[-1], "ERROR :Closing Link: alice (Quit: \ufffd)")

    def test_tags_are_bounded(self):
        """As message-tags has it: 4094 bytes without the @ and the space."""
        alice = self.irc("alice", "#ops", caps="echo-message")
        echo = f"{source('alice')} PRIVMSG #ops :hi"
        for length, answer in ((4094, echo), (4095, alice.numeric(417, ":Input line was too long"))):
            self.assertAnswers(alice, f"@+x={'y' * (length - 3)} PRIVMSG #ops :hi", answer)

    def test_a_room_named_twice_is_one(self):
        alice, bob = self.irc("alice", "#S", "#t", caps="echo-message"), self.plain("bob", "s")
        alice.fence()
        said = f"{source('alice')} PRIVMSG {{}} :x".format
        self.assertAnswers(alice, "PRIVMSG #S,#t,#s,#S :x", said("#S"), said("#t"))
        bob.expect("MSG S 1 alice x")
        self.assertEqual(bob.fence(), [])
        self.assertAnswers(alice, "@+linechat/ref=1 PRIVMSG #s,#S :x", said("#S"))
        self.assertAnswers(alice, "JOIN #u,#U", *(f"{line}" for line in (
            f"{source('alice')} JOIN #u", alice.numeric(353, "= #u :alice"),
            alice.numeric(366, "#u :End of /NAMES list"))))
        self.assertAnswers(alice, "PRIVMSG #v,#V :x", alice.numeric(404, "#v :join the room first"))

    def test_a_line_too_long_is_skipped(self):
        alice = self.irc("alice", "#ops")
        refusal = alice.numeric(417, ":Input line was too long")
        self.assertAnswers(alice, "PRIVMSG #ops :" + 20000 * "x", refusal)
        alice.send_bytes(b"y" * 8192)
        alice.expect(refusal)
        alice.send_bytes(b"y" * 8192 + b" the end\r\nPING x\r\n")
        alice.expect(f":{SERVER} PONG {SERVER} :x")

    def test_a_long_text_comes_in_pieces(self):
        reader = self.irc("reader", "#ops", caps="message-tags")
        text = "".join(chr(0x100 + number % 500) for number in range(1500))
        self.plain("bob", "ops").say("ops", text)
        reader.expect(f"{source('bob')} JOIN #ops")
        got, head = "", f"{source('bob')} PRIVMSG #ops :"
        while len(got) < len(text):
            line = reader.readline()
            if not got:
                self.assertTrue(line.startswith("@msgid=1 "))
                line = line.removeprefix("@msgid=1 ")
            self.assertLessEqual(len(line.encode()), 510)
            self.assertTrue(line.startswith(head), line)
            got += line.removeprefix(head)
        self.assertEqual(got, text)

    def test_client_tags_and_a_source_are_ignored(self):
        alice, bob = self.irc("alice", "#ops"), self.plain("bob", "ops")
        self.assertAnswers(alice, "@+typing=active;x :nobody PRIVMSG #ops :hi", f"{source('bob')} JOIN #ops")
        bob.expect("MSG ops 1 alice hi")


class Rooms(IRCCase):
    def test_join_several(self):
        bob = self.plain("bob", "b")
        alice = self.irc("alice")
        self.assertAnswers(
            alice, "JOIN #a,b,#b#,,#b key,key", f"{source('alice')} JOIN #a", alice.numeric(353, "= #a :alice"),
            alice.numeric(366, "#a :End of /NAMES list"), alice.numeric(403, "b :A channel's name begins with #"),
            alice.numeric(403, "#b# :a room's name has no # but one in front"), f"{source('alice')} JOIN #b",
            alice.numeric(353, "= #b :alice bob"), alice.numeric(366, "#b :End of /NAMES list"))
        bob.expect("JOIN b alice")
        self.assertAnswers(alice, "JOIN #A")
        for nothing in ("JOIN", "JOIN :", "JOIN ,"):
            self.assertAnswers(alice, nothing, alice.numeric(461, "JOIN :Not enough parameters"))

    def test_part(self):
        alice, bob, carol = self.irc("alice", "#a", "#b"), self.irc("bob", "#a", "#b"), self.plain("carol", "a")
        alice.fence()
        parted = [f"{source('alice')} PART #{room} :so long" for room in "ab"]
        self.assertAnswers(
            alice, "PART #a,#none,#b :so long", parted[0], alice.numeric(442, "#none :You're not on that channel"),
            parted[1])
        bob.read_until(f"{source('carol')} JOIN #a")
        bob.expect(*parted)
        carol.expect("PART a alice")
        bob.send("PRIVMSG #a :gone?")
        self.assertEqual(alice.fence(), [])
        self.assertEqual(len(bob.answers("JOIN 0")), 2)
        bob.enter("#a")

    def test_nick_changes(self):
        alice, bob, carol = self.irc("alice", "#a", "#b"), self.irc("bob", "#a", "#b"), self.plain("carol", "a")
        alice.fence(), bob.fence()
        self.assertAnswers(alice, "NICK alice")
        self.assertAnswers(alice, "NICK bob", alice.numeric(433, "bob :Nickname is already in use"))
        self.assertAnswers(alice, "NICK", alice.numeric(431, ":No nickname given"))
        changed = f"{source('alice')} NICK :Ally"
        self.assertAnswers(alice, "NICK Ally", changed)
        self.assertEqual(bob.fence(), [changed], "once, although they share two rooms")
        carol.expect("NICK alice Ally")
        alice.nick = "Ally"
        self.assertAnswers(alice, "MODE ally", alice.numeric(221, "+"))

    def test_quit(self):
        alice, bob, carol = self.irc("alice", "#a", "#b"), self.irc("bob", "#a", "#b"), self.plain("carol", "a")
        bob.fence()
        alice.send("PRIVMSG #a :last words", "QUIT :good night")
        self.assertEqual(alice.read_to_end()[-1], "ERROR :Closing Link: alice (Quit: good night)")
        bob.expect(f"{source('alice')} PRIVMSG #a :last words", f"{source('alice')} QUIT :Quit: good night")
        self.assertEqual(bob.fence(), [], "once, although they shared two rooms")
        carol.expect("MSG a 1 alice last words", "PART a alice")
        self.irc("alice")

    def test_topic(self):
        alice, bob = self.irc("alice", "#a"), self.irc("bob", "#a")
        alice.fence()
        self.assertAnswers(alice, "TOPIC #a", alice.numeric(331, "#a :No topic is set"))
        changed = f"{source('alice')} TOPIC #a :today: ships"
        self.assertAnswers(alice, "TOPIC #a :today: ships", changed)
        bob.expect(changed)
        self.chat.restart()
        carol = self.irc("carol")
        joined = carol.enter("#a")
        self.assertEqual(joined[1], carol.numeric(332, "#a :today: ships"))
        self.assertRegex(joined[2], rf"^:{SERVER} 333 carol #a alice \d{{10}}$")
        self.assertEqual(carol.answers("TOPIC #a"), joined[1:3])
        self.assertAnswers(carol, "TOPIC #a :", f"{source('carol')} TOPIC #a :")
        self.assertAnswers(carol, "TOPIC #a", carol.numeric(331, "#a :No topic is set"))
        self.assertAnswers(carol, "TOPIC #none", carol.numeric(403, "#none :No such channel"))
        self.assertAnswers(carol, "TOPIC #none :x", carol.numeric(442, "#none :You're not on that channel"))
        self.assertAnswers(
            carol, "TOPIC #a :\x1b[2J", carol.numeric(400, "TOPIC #a :a text has no control character U+001B"))
        self.assertAnswers(
            carol, "TOPIC #a :" + 301 * "x", carol.numeric(400, "TOPIC #a :A topic has at most 300 bytes"))

    def test_names_list_and_who(self):
        alice = self.irc("alice", "#a")
        self.plain("bob", "a", "b")
        alice.answers("TOPIC #a :ships")
        end = alice.numeric(366, "{} :End of /NAMES list").format
        self.assertAnswers(
            alice, "NAMES #a,#none,#b", alice.numeric(353, "= #a :alice bob"), end("#a"), end("#none"),
            alice.numeric(353, "= #b :bob"), end("#b"))
        self.assertAnswers(alice, "NAMES", end("*"))
        start, over = alice.numeric(321, "Channel :Users  Name"), alice.numeric(323, ":End of /LIST")
        a, b = alice.numeric(322, "#a 2 :ships"), alice.numeric(322, "#b 1 :")
        self.assertAnswers(alice, "LIST", start, a, b, over)
        self.assertAnswers(alice, "LIST #b,#none,x,#a", start, b, a, over)
        who = "{0} {1} linechat linechat {1} H :0 {1}".format
        finish = alice.numeric(315, "{} :End of WHO list").format
        self.assertAnswers(
            alice, "WHO #a", alice.numeric(352, who("#a", "alice")), alice.numeric(352, who("#a", "bob")),
            finish("#a"))
        self.assertAnswers(alice, "WHO BOB %tn,42", alice.numeric(352, who("*", "bob")), finish("BOB"))
        for nothing in ("#none", "carol", "b*", "#a o"):
            self.assertAnswers(alice, f"WHO {nothing}", finish(nothing.split()[0]))

    def test_modes(self):
        alice = self.irc("alice", "#a")
        for line, *answer in (
            ("MODE #a", 324, "#a +"), ("MODE #a b", 368, "#a :End of channel ban list"),
            ("MODE #a +o bob", 482, "#a :You're not channel operator"), ("MODE #none", 403, "#none :No such channel"),
            ("MODE #none b", 403, "#none :No such channel"), ("MODE #none +o bob", 403, "#none :No such channel"),
            ("MODE alice", 221, "+"), ("MODE alice +w", 501, ":Unknown MODE flag"),
            ("MODE bob", 502, ":Cant change mode for other users"), ("MODE", 461, "MODE :Not enough parameters"),
        ):
            self.assertAnswers(alice, line, alice.numeric(*answer))

    def test_a_person_may_be_invisible(self):
        bob, alice = self.irc("bob", "#a"), self.irc("alice", "#a")
        bob.expect(f"{source('alice')} JOIN #a")
        changed = f"{source('alice')} MODE alice :"
        for line, *answers in (
            ("MODE alice +i", changed + "+i"), ("MODE alice +i",), ("MODE ALICE", alice.numeric(221, "+i")),
            ("MODE alice -i+wx", changed + "-i", alice.numeric(501, ":Unknown MODE flag")),
            ("MODE alice", alice.numeric(221, "+")), ("MODE alice -i+i-i",), ("MODE alice i", changed + "+i"),
        ):
            self.assertAnswers(alice, line, *answers)
        count = ":There are {} users and {} invisible on 1 servers".format
        self.assertEqual(bob.answers("LUSERS")[0], bob.numeric(251, count(1, 1)))
        alice.send("QUIT")
        # She is counted until her end has come to its place.
        bob.expect(f"{source('alice')} QUIT :Quit")
        self.assertEqual(bob.answers("LUSERS")[0], bob.numeric(251, count(1, 0)))

    def test_a_room_of_thousands(self):
        """Lists that are longer than what may wait for a client come as fast as it reads."""
        alice = self.irc("alice", receive_buffer=8192)
        rooms = [f"#{'r' * 40}{number:04}" for number in range(900)]
        alice.answers(*(f"JOIN {','.join(rooms[at:at + 100])}" for at in range(0, 900, 100)))
        # Far more than may wait for a slow reader, asked for before any of it is read.
        alice.send(*40 * ["LIST"])
        lines = alice.fence()
        self.assertEqual(len(lines), 40 * 902)
        self.assertEqual([line.split()[3] for line in lines[1:901]], rooms)


class People(IRCCase):
    def test_who_is_there(self):
        alice = self.irc("alice")
        self.plain("bob")
        self.assertAnswers(alice, "ISON BOB carol alice", alice.numeric(303, ":bob alice"))
        self.assertAnswers(alice, "ISON :carol bob", alice.numeric(303, ":bob"))
        self.assertAnswers(alice, "ISON carol", alice.numeric(303, ":"))
        many = alice.answers("ISON " + 1000 * " alice")
        self.assertGreater(len(many), 1)
        self.assertEqual(sum(line.split(" :")[1].split().count("alice") for line in many), 1000)
        self.assertAnswers(alice, "USERHOST bob carol", alice.numeric(302, ":bob=+bob@linechat"))

    def test_whois(self):
        alice = self.irc("alice")
        self.plain("Bob")
        end = alice.numeric(318, "{} :End of /WHOIS list").format
        none = alice.numeric(401, "{} :No such nick/channel").format
        bob = [alice.numeric(311, f"Bob Bob {SERVER} * :Bob"), alice.numeric(312, f"Bob {SERVER} :LineChat")]
        self.assertAnswers(alice, "WHOIS bob", *bob, end("bob"))
        self.assertAnswers(alice, "WHOIS bob bob", *bob, end("bob"))
        self.assertAnswers(alice, f"whois {SERVER} BOB", *bob, end("BOB"))
        self.assertAnswers(alice, "WHOIS carol", none("carol"), end("carol"))
        self.assertAnswers(alice, "WHOIS b*", none("b*"), end("b*"))
        self.assertAnswers(alice, "WHOIS elsewhere bob", alice.numeric(402, "elsewhere :No such server"))
        for nobody in ("WHOIS", "WHOIS :"):
            self.assertAnswers(alice, nobody, alice.numeric(431, ":No nickname given"))

    def test_the_server(self):
        alice = self.irc("alice", "#a")
        with self.chat.client("bob", "a"):
            alice.expect(f"{source('bob')} JOIN #a")
        # He is counted until his end has come to its place.
        alice.expect(f"{source('bob')} QUIT :connection closed")
        self.assertAnswers(
            alice, "LUSERS", alice.numeric(251, ":There are 1 users and 0 invisible on 1 servers"),
            alice.numeric(254, "1 :channels formed"), alice.numeric(255, ":I have 1 clients and 0 servers"),
            alice.numeric(265, "1 2 :Current local users 1, max 2"),
            alice.numeric(266, "1 2 :Current global users 1, max 2"))
        self.assertRegex(alice.answers("VERSION")[0], rf"^:{SERVER} 351 alice linechat-\S+ {SERVER} :$")
        self.assertRegex(alice.answers("TIME")[0], rf"^:{SERVER} 391 alice {SERVER} \d+ 0 :{TIMESTAMP}$")
        self.assertAnswers(alice, "MOTD", alice.numeric(422, ":There is no message of the day"))
        self.assertAnswers(alice, "VERSION other", alice.numeric(402, "other :No such server"))
        self.assertAnswers(alice, "PING", alice.numeric(409, ":No origin specified"))
        self.assertAnswers(alice, "frob bob", alice.numeric(421, "FROB :Unknown command"))


class Endings(IRCCase):
    def test_shutdown(self):
        alice = self.irc("alice", "#a")
        self.assertEqual(self.chat.terminate(), 0)
        alice.expect("ERROR :Closing Link: alice (The server is stopping)")
        alice.expect_end()

    def test_half_close(self):
        alice = self.irc("alice", "#a", caps="echo-message")
        alice.send("PRIVMSG #a :hello")
        alice.half_close()
        alice.expect(f"{source('alice')} PRIVMSG #a :hello")
        alice.expect_end()

    def test_a_slow_reader_is_told_why(self):
        slow = self.irc("slow", "#a", receive_buffer=4096)
        writer = self.irc("writer", "#a")
        for _ in range(30):
            writer.answers(*100 * ["PRIVMSG #a :" + 4000 * "x"])
        self.assertEqual(
            slow.read_to_end()[-1], "ERROR :Closing Link: slow (Too slow: what was sent was not read)")


if __name__ == "__main__":
    unittest.main()

"""What /openapi.json says of a value is what the server does with it, for values that nobody thought of (Hypothesis)."""

import json
import unittest
import urllib.parse

import harness
from harness import HTTPClient, ServerCase

try:
    import hypothesis
    import jsonschema
    from hypothesis import strategies
except ImportError:
    hypothesis = None

# What bounds are about, and what the rules of names and texts have to do with.
EDGES = "\0\t\n\r\x02\x03\x1b\x1f\x7f\x85\x9f #,:;\"\\-_[`{|}~09AZaz\u00e4\U0001f600"


def property_test(**strategies_by_name):
    """The test is given values of these strategies, always the same ones."""
    settings = hypothesis.settings(
        max_examples=150, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck))
    return lambda test: settings(hypothesis.given(**strategies_by_name)(test))


if hypothesis:
    # No program can send a lone surrogate as UTF-8. Which invisible characters a name may not have is tested where names are.
    CHARACTERS = strategies.one_of(
        strategies.sampled_from(EDGES), strategies.characters(blacklist_categories=["Cs", "Cf", "Cn", "Zl", "Zp", "Zs"]))
    WORDS = strategies.text(CHARACTERS, max_size=60)
    NICKS = strategies.from_regex(r"\A[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,33}\Z")
    LINES = strategies.lists(strategies.sampled_from(["", "a", "\tb", "\r"]), max_size=70).map("\n".join)
    LONG = strategies.integers(4093, 4163).map(lambda count: "x" * count)
    VALUES = strategies.one_of(WORDS, NICKS, strategies.none(), strategies.integers(), strategies.just([]))
    MESSAGES = strategies.fixed_dictionaries(
        {}, optional={
            "user": strategies.one_of(NICKS, NICKS, VALUES), "text": strategies.one_of(WORDS, LINES, LONG, VALUES),
            "room": strategies.one_of(NICKS, VALUES), "session_id": VALUES, "channel": VALUES, "thread": VALUES,
            "to_room": VALUES})
    GOOD = strategies.fixed_dictionaries(
        {"user": NICKS, "text": strategies.one_of(WORDS, LINES, LONG)}, optional={"room": WORDS})


@unittest.skipUnless(hypothesis, "python3-hypothesis and python3-jsonschema are not here")
class Schema(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.chat = harness.Server("--agent", "off", "--rate-limit", "off")
        cls.addClassCleanup(cls.chat.close)
        cls.http = HTTPClient(cls.chat)
        cls.addClassCleanup(cls.http.close)
        cls.document = cls.http.get("/openapi.json").json()

    def is_valid(self, schema, value):
        whole = schema | {"components": self.document["components"]}
        return jsonschema.Draft202012Validator(whole).is_valid(value)

    def parameter(self, method, path, name):
        return next(one["schema"] for one in self.document["paths"][path][method]["parameters"] if one["name"] == name)

    def test_the_schemas_are_schemas(self):
        for schema in self.document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def check_message(self, message):
        # JSON Schema counts characters, also the CR of each CRLF.
        text, room = (message[name] if isinstance(message.get(name), str) else "" for name in ("text", "room"))
        hypothesis.assume(len(text) > 4159 or len(text.replace("\r\n", "\n").encode()) <= 4096)
        self.assume_counted(room)
        wanted = 201 if self.is_valid({"$ref": "#/components/schemas/NewMessage"}, message) else 422
        answer = self.http.request("POST", "/messages", message)
        self.assertEqual(answer.status, wanted, (str(message)[-200:], answer.body))

    def assume_counted(self, room):
        room = room.removeprefix("#")
        hypothesis.assume(len(room) > 50 or len(room.encode()) <= 50)

    if hypothesis:
        @property_test(message=MESSAGES)
        def test_a_message_is_taken_if_it_is_valid(self, message):
            self.check_message(message)

        @property_test(message=GOOD)
        def test_a_message_that_is_valid_but_for_a_detail(self, message):
            self.check_message(message)

        @property_test(key=strategies.text(strategies.characters(min_codepoint=0x20, max_codepoint=0x7e), max_size=70))
        def test_a_key(self, key):
            schema = self.parameter("post", "/messages", "Idempotency-Key")
            answer = self.http.request("POST", "/messages", {"user": "ann", "text": "hello"}, {"Idempotency-Key": key})
            # Blanks around a field's value are none of it.
            self.assertEqual(answer.status, 201 if self.is_valid(schema, key.strip()) else 400, (key, answer))

        @property_test(room=WORDS)
        def test_a_room_to_read(self, room):
            self.assume_counted(room)
            schema = self.parameter("get", "/messages", "room")
            answer = self.http.get("/messages?room=" + urllib.parse.quote(room, safe=""))
            self.assertIn(answer.status, (200, 404) if self.is_valid(schema, room) else (422,), (room, answer))

        @property_test(name=strategies.sampled_from(["before", "limit"]), number=strategies.one_of(
            strategies.integers(-1, 1001), strategies.integers(2**63 - 1, 2**63), strategies.integers()))
        def test_a_number(self, name, number):
            self.http.request("POST", "/messages", {"user": "ann", "room": "ops", "text": "hello"})
            schema = self.parameter("get", "/messages", name)
            answer = self.http.get(f"/messages?room=ops&{name}={number}")
            self.assertEqual(answer.status, 200 if self.is_valid(schema, number) else 422, (name, number, answer))


if __name__ == "__main__":
    unittest.main()

"""Which names the HTTP door answers to, and which web pages may ask it: Host, Origin, Sec-Fetch-Site and CORS."""

import http.client
import json
import socket
import unittest

from harness import TIMEOUT, HTTPClient, ServerCase
from test_websocket import RawWebSocket

JSON = {"Content-Type": "application/json"}
PAGE = "https://app.example:8443"


class AccessCase(ServerCase):
    arguments = ()

    def setUp(self):
        self.chat = self.server("--agent", "off", "--rate-limit", "off", *self.arguments)
        self.port = self.chat.http[1]
        self.http = self.keep(HTTPClient(self.chat))

    def ask(self, method, path, headers, body=None):
        return self.http.request(method, path, body, headers)

    def post(self, **headers):
        body = json.dumps({"user": "ann", "room": "ops", "text": "hello"})
        return self.ask("POST", "/messages", JSON | {name.replace("_", "-"): value for name, value in headers.items()},
                        body)

    def raw(self, data):
        """All that comes back for these bytes, up to the end or the second response."""
        connection = socket.create_connection(self.chat.http, TIMEOUT)
        self.keep(connection)
        connection.sendall(data)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read()

    def assertNothingIsStored(self):
        self.assertEqual(self.http.get("/rooms").json()["rooms"], [])


class Hosts(AccessCase):
    arguments = ("--allow-host", "Chat.Example", "--allow-host", "other.example", "--allow-origin", PAGE)
    routes = [("GET", path) for path in ("/", "/health", "/metrics", "/rooms", "/messages", "/openapi.json", "/ws",
                                         "/nowhere")]
    routes += [("HEAD", "/health"), ("POST", "/messages"), ("OPTIONS", "/messages"), ("DELETE", "/messages"),
               ("BREW", "/")]

    def test_a_foreign_name_is_refused_on_every_route(self):
        for method, path in self.routes:
            answer = self.ask(method, path, {"Host": f"evil.example:{self.port}"}, b"" if method == "POST" else None)
            self.assertEqual(answer.status, 421, (method, path))
            if method != "HEAD":
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
                self.assertIn("--allow-host", answer.json()["detail"])
        raw = RawWebSocket(self.chat, "", {"Host": "evil.example"})
        self.keep(raw.socket)
        self.assertEqual(raw.status, 421)
        self.assertEqual(self.post(Host="evil.example").status, 421)
        self.assertNothingIsStored()

    def test_names_of_this_server(self):
        machine = socket.gethostname()
        hosts = ["127.0.0.1", "10.1.2.3", "[::1]", "[fe80::1]", "localhost", "LocalHost", "localhost.", "a.b.localhost",
                 "linechat", "my_box", machine, machine.split(".")[0] + ".local", "chat.example", "CHAT.example.",
                 "other.example", "app.example"]
        for host in hosts:
            for port in ("", ":1", f":{self.port}"):
                self.assertEqual(self.ask("GET", "/health", {"Host": host + port}).status, 200, host + port)

    def test_names_of_somebody_else(self):
        for host in ("evil.example", "evil.example.", "chat.example.evil.example", "xchat.example", "sub.chat.example",
                     "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost.example", "1.2.3", "1.2.3.256",
                     "[::1", "[::1]x", "[evil.example]", "localhost:8000:1", "localhost:x", "com.", ".", "evil%2eexample",
                     "user@localhost", "app.example.local"):
            answer = self.ask("GET", "/health", {"Host": host})
            self.assertIn(answer.status, (400, 421), host)

    def test_the_target_wins_over_the_field(self):
        for target, host, status in [
            ("http://evil.example/health", "localhost", 421), ("http://localhost/health", "evil.example", 200),
            ("http://127.0.0.1:1/health", "evil.example", 200), ("https://evil.example:443/health", "127.0.0.1", 421),
        ]:
            got, _ = self.raw(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            self.assertEqual(got, status, (target, host))

    def test_requests_that_name_nobody(self):
        for request, status in [
            ("GET /health HTTP/1.1\r\n\r\n", 400), ("GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
            ("GET /health HTTP/1.1\r\nHost:\r\n\r\n", 200), ("GET /health HTTP/1.0\r\n\r\n", 200),
            ("GET /health HTTP/1.0\r\nHost: evil.example\r\n\r\n", 421),
        ]:
            self.assertEqual(self.raw(request.encode())[0], status, request)

    def test_a_person_is_told_the_option(self):
        browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        answer = self.ask("GET", "/", browser | {"Host": f"evil.example:{self.port}"})
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (421, "text/html; charset=utf-8"))
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertIn("--allow-host evil.example<", answer.body.decode())
        page = self.ask("GET", "/", browser | {"Host": "a&b'c.example"}).body.decode()
        self.assertIn("a&amp;b&#39;c.example", page)
        self.assertNotIn("a&b", page)

    def test_the_refused_name_is_refused_before_the_content(self):
        head = "POST /messages HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
        for more in ("\r\n", "\r\n{", "Expect: 100-continue\r\n\r\n"):
            self.assertEqual(self.raw((head + more).encode())[0], 421, more)


class Pages(AccessCase):
    def setUp(self):
        super().setUp()
        self.own = f"127.0.0.1:{self.port}"

    def test_posts_of_foreign_pages(self):
        for origin in ("http://evil.example", "null", "http://localhost:1", f"http://localhost:{self.port}", "file://",
                       f"http://{self.own}0", ""):
            self.assertEqual(self.post(Host=self.own, Origin=origin).status, 403, origin)
        for site in ("cross-site", "same-site", "Cross-Site"):
            self.assertEqual(self.post(Sec_Fetch_Site=site).status, 403, site)
            self.assertEqual(self.ask("DELETE", "/nowhere", {"Sec-Fetch-Site": site}).status, 403, site)
        self.assertNothingIsStored()

    def test_what_no_foreign_page_sends(self):
        self.assertEqual(self.post().status, 201)
        self.assertEqual(self.post(Host=self.own, Origin="http://" + self.own).status, 201)
        self.assertEqual(self.post(Host="box:1", Origin="http://box:1", Sec_Fetch_Site="same-origin").status, 201)
        self.assertEqual(self.post(Sec_Fetch_Site="none").status, 201)
        for method in ("GET", "HEAD"):
            self.assertEqual(self.ask(method, "/rooms", {"Sec-Fetch-Site": "cross-site"}).status, 200)

    def test_a_foreign_page_is_refused_before_the_content(self):
        head = (f"POST /messages HTTP/1.1\r\nHost: {self.own}\r\nOrigin: http://evil.example\r\n"
                "Content-Type: application/json\r\n")
        for more in ("Content-Length: 900\r\n\r\n", "Content-Length: 900\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n",
                     "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"):
            self.assertEqual(self.raw((head + more).encode())[0], 403, more)

    def test_no_page_is_told_that_it_may_read(self):
        for origin in ("http://evil.example", PAGE, "null", "http://" + self.own):
            for method in ("GET", "OPTIONS", "POST"):
                answer = self.ask(method, "/messages", {"Origin": origin, "Host": self.own})
                self.assertFalse([name for name in answer.headers if name.lower().startswith("access-control")], origin)


class Sharing(AccessCase):
    arguments = ("--allow-origin", PAGE, "--allow-origin", "http://localhost:3000")

    def assertShared(self, answer, origin=PAGE):
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin, answer)
        self.assertEqual(answer.headers["Access-Control-Expose-Headers"], "Location, Retry-After", answer)
        self.assertEqual(answer.headers["Vary"], "Origin", answer)
        self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)

    def test_an_allowed_page_reads_and_posts(self):
        posted = self.post(Origin=PAGE, Sec_Fetch_Site="cross-site")
        self.assertEqual(posted.status, 201)
        self.assertShared(posted)
        self.assertIn("/messages?room=ops", posted.headers["Location"])
        for path, status in (("/messages?room=ops", 200), ("/", 200), ("/nowhere", 404), ("/messages?after=x", 422)):
            answer = self.ask("GET", path, {"Origin": PAGE})
            self.assertEqual(answer.status, status, path)
            self.assertShared(answer)
        self.assertShared(self.ask("GET", "/health", {"Origin": "http://localhost:3000"}), "http://localhost:3000")

    def test_many_rooms_come_in_chunks_to_an_allowed_page_too(self):
        with self.chat.client("ann") as ann:
            for number in range(70):
                ann.join(f"room{number}")
            answer = self.ask("GET", "/rooms", {"Origin": PAGE})
        self.assertEqual(len(answer.json()["rooms"]), 70)
        self.assertShared(answer)

    def test_a_preflight(self):
        answer = self.ask("OPTIONS", "/messages", {
            "Origin": PAGE, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site",
            "Access-Control-Request-Headers": "content-type,idempotency-key"})
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], PAGE)
        self.assertEqual(answer.headers["Access-Control-Allow-Methods"], "GET, HEAD, POST")
        self.assertEqual(answer.headers["Access-Control-Allow-Headers"],
                         "Content-Type, Idempotency-Key, Last-Event-ID, Authorization")
        self.assertEqual(answer.headers["Access-Control-Max-Age"], "600")
        self.assertEqual(answer.headers["Vary"], "Origin")
        # The connection goes on.
        self.assertEqual(self.post(Origin=PAGE).status, 201)

    def test_preflights_that_are_refused(self):
        asked = {"Access-Control-Request-Method": "POST"}
        self.assertEqual(self.ask("OPTIONS", "/messages", asked | {"Origin": "http://evil.example"}).status, 403)
        self.assertEqual(self.ask("OPTIONS", "/nowhere", asked | {"Origin": PAGE}).status, 404)
        self.assertEqual(self.ask("OPTIONS", "/messages", asked).status, 405)
        self.assertEqual(self.ask("OPTIONS", "/messages", {"Origin": PAGE}).status, 405)

    def test_other_pages_are_not_told(self):
        for origin in ("http://evil.example", "null", PAGE + "0", "https://app.example"):
            answer = self.ask("GET", "/messages", {"Origin": origin})
            self.assertNotIn("Access-Control-Allow-Origin", answer.headers, origin)
            self.assertEqual(answer.headers["Vary"], "Origin")
            self.assertEqual(self.post(Origin=origin).status, 403, origin)
        self.assertEqual(self.ask("GET", "/health", {}).headers["Vary"], "Origin")


if __name__ == "__main__":
    unittest.main()

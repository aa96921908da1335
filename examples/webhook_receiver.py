"""A receiver of CRM Solid's webhooks, that needs only Python's standard library.

    CRMSOLID_WEBHOOK_SECRET=your-chosen-signing-secret PORT=3000 python webhook_receiver.py

It checks the signature of the raw body before it parses it, answers at once, and handles the event afterwards. An
event can arrive more than once (a retry, a replay), with the same id.
"""

import hashlib
import hmac
import json
import os
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["CRMSOLID_WEBHOOK_SECRET"].encode()
events: "queue.Queue[dict[str, object]]" = queue.Queue()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))  # raw bytes, not parsed JSON
        expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        given = self.headers.get("X-Signature", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            self.answer(401, b"invalid signature")
            return
        events.put(json.loads(body))
        self.answer(200, b"ok")

    def answer(self, status: int, text: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what matters is printed by the worker."""


def work() -> None:
    """Handles events one by one, each id once."""
    seen: set[object] = set()  # in a real system: a table with a unique column
    while True:
        event = events.get()
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["event"], event["id"], json.dumps(event["data"], ensure_ascii=False), flush=True)


def main() -> None:
    threading.Thread(target=work, daemon=True).start()
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Handler)
    print("listening on", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

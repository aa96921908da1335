"""The TypeScript client in a page of Chromium, as it is built. The API answers no page of another origin: here the
server of the page answers in its place, as a proxy would."""

import json
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_options
from tests.sdk.typescript.toolchain import TypeScript

PROGRAM = """async () => {
    const { CrmSolid, signWebhook, verifyWebhook } = await import("/dist/index.js");
    const crm = new CrmSolid({ apiKey: "of-the-proxy", baseUrl: location.origin });
    const contact = await crm.contacts.create({ username: "@ada", name: "Ада 🚀" });
    const file = await crm.files.upload(new File(["Оферта"], "offer.txt", { type: "text/plain" }));
    const redirected = await crm.me().catch((error) => error.constructor.name);
    const body = '{"event": "ping", "id": "evt_1", "data": {}}';
    const { id } = await verifyWebhook(body, await signWebhook(body, "secret", { webhookId: "evt_1" }), "secret");
    return [contact.name, contact.tags, file.id, redirected, id];
}"""


class Site(SimpleHTTPRequestHandler):
    """A page, the files of a folder, and answers to calls. The first POST gets 503, so that it is tried again."""

    calls: list[tuple[str, str | None, bytes]]

    def do_GET(self) -> None:
        if self.path == "/v1/me":
            self._answer(302, {"location": "https://elsewhere.test/"})
        elif self.path == "/":
            self._answer(200, {"content-type": "text/html"}, b"<!doctype html><link rel=icon href=data:,>")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.calls.append((self.path, self.headers["idempotency-key"], body))
        answer = {"id": "con_1", **json.loads(body)} if self.path == "/v1/contacts" else {"id": "file_1"}
        status = 503 if len(self.calls) == 1 else 201
        self._answer(status, {"content-type": "application/json"}, json.dumps(answer).encode())

    def _answer(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


def test_a_page_of_a_browser_calls_the_api_through_its_own_server(typescript: TypeScript) -> None:
    try:
        options = launch_options()
    except SystemExit as missing:
        pytest.skip(str(missing))
    Site.calls = []
    handler = partial(Site, directory=str(typescript.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        Thread(target=server.serve_forever, daemon=True).start()
        page = playwright.chromium.launch(**options).new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        result = page.evaluate(PROGRAM)
        server.shutdown()
    assert result == ["Ада 🚀", [], "file_1", "UnexpectedAnswerError", "evt_1"]
    calls = Site.calls
    assert [path for path, _, _ in calls] == ["/v1/contacts", "/v1/contacts", "/v1/files"]
    assert calls[0] == calls[1] and calls[0][1] is not None  # the retry sends the same with the same idempotency key
    assert "Оферта".encode() in calls[2][2]

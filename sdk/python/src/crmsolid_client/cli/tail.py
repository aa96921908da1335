"""``crmsolid webhooks tail``: the events of the workspace, posted to a program on this machine.

Each is signed and posted as the product delivers it, so what receives webhooks can be developed without a public
address and without an endpoint.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click

from .context import App, given, json_option, pass_app, secret_option, time_option, type_option
from .events import event_line, followed
from .output import note, print_lines, write

SECONDS_TO_ANSWER = 10.0  # as the product waits
RETRY_DELAYS = (1.0, 2.0, 4.0)


@click.command()
@click.option("--forward-to", metavar="URL", help="Post each event there, for example localhost:3000/hook.")
@type_option("--event")
@secret_option("Sign with the secret in this file. [default: one is made, and printed]")
@time_option("--since", help="From this time on, for example 1h. [default: what happens from now on]")
@json_option(lines=True)
@pass_app
def tail(
    app: App, forward_to: str | None, types: tuple[str, ...], secret: str | None, since: datetime | None, as_json: bool
) -> None:
    """Print events as they happen, and post them to a local port, until Ctrl-C.

    Posts are signed exactly as deliveries are (X-Signature and Standard Webhooks) and keep the order of the log. One
    that is not answered with 2xx is tried again three times, then the next one follows. After a lost connection to the
    API no event is left out. The key needs the scope manage:webhooks.

    \b
    Example:
      crmsolid webhooks tail --forward-to localhost:3000/hook --event message.received
    """
    forwarder, ready = None, "Following the event log. Ctrl-C ends it."
    if forward_to is not None:
        url = local_url(forward_to)
        if secret is None:
            secret = _new_secret()
            note(f"The signing secret is {secret}")
        forwarder = Forwarder(url, secret)
        click.get_current_context().call_on_close(forwarder.close)
        ready = f"Events are posted to {url}. Ctrl-C ends it."
    with app.client.events.follow(**given(types=types, since=since)) as follower:
        note(ready)
        for row in followed(follower):
            result = None if forwarder is None else forwarder.forward(row)
            if not as_json:
                write(event_line(row) + ("" if result is None else f"  {result}") + "\n")
                continue
            print_lines([row])
            if result is not None:
                note(f"{row['id']}  {result}")


def local_url(text: str) -> str:
    """``3000``, ``localhost:3000/hook`` or a whole address."""
    import httpx  # takes time to import, and help and completion do without

    if text.isascii() and text.isdigit():
        text = f"localhost:{text}"
    url = text if re.match(r"https?://", text) else f"http://{text}"
    try:
        parts = urlsplit(url)
        is_valid = bool(httpx.URL(url).host) and parts.port != 0 and not parts.fragment and " " not in url
    except (ValueError, httpx.InvalidURL):
        is_valid = False
    if not is_valid:
        example = "http://localhost:3000/hook"
        raise click.BadParameter(f"{text!r} is no address such as {example}.", param_hint="--forward-to")
    return url


def _new_secret() -> str:
    """In the form of those that the product makes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


@dataclass(frozen=True)
class Result:
    """How the posting of an event ended."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status <= 299

    def __str__(self) -> str:
        return f"{self.status or self.error} in {self.milliseconds} ms"


class Forwarder:
    """Posts events to one address, one after the other."""

    def __init__(self, url: str, secret: str) -> None:
        import httpx

        self._url = url
        self._secret = secret
        self._http = httpx.Client(timeout=SECONDS_TO_ANSWER, trust_env=False, follow_redirects=False)

    def forward(self, row: Mapping[str, Any]) -> Result:
        """Post an event, again if need be. Says on standard error what failed."""
        result = self._post(row)
        for number, delay in enumerate(RETRY_DELAYS, start=2):
            if result.is_success:
                return result
            note(f"{row['id']}  {result}; attempt {number} follows in {delay:.0f} s")
            time.sleep(delay)
            result = self._post(row)
        if not result.is_success:
            attempts = len(RETRY_DELAYS) + 1
            note(f"{row['id']} was not accepted after {attempts} attempts. Replay it with --since {row['created_at']}")
        return result

    def close(self) -> None:
        self._http.close()

    def _post(self, row: Mapping[str, Any]) -> Result:
        import httpx

        from ..webhooks import sign_webhook

        body = delivered_body(row)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "CRMSolid-Webhooks/1",
            "Accept-Encoding": "identity",
            **sign_webhook(body, self._secret, webhook_id=row["id"]),
        }
        if row["request_id"]:
            headers["X-Request-Id"] = row["request_id"]
        began = time.monotonic()
        status, error = None, ""
        try:
            status = self._http.post(self._url, content=body, headers=headers).status_code
        except httpx.HTTPError as failure:
            error = f"no answer ({failure or type(failure).__name__})"
        return Result(status, error, round((time.monotonic() - began) * 1000))


def delivered_body(row: Mapping[str, Any]) -> bytes:
    """The bytes that the product delivers: the event without what the log adds, as compact JSON."""
    body = {name: value for name, value in row.items() if name != "request_id"}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

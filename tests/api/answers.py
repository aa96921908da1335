"""What every answer of the API has, and every refusal."""

import json
from typing import Any

from crmsolid.core.errors import CODES


def refused(answer: Any, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be whole."""
    body: dict[str, Any] = json.loads(answer.content)
    assert (body["code"], answer.status_code) == (code, CODES[code].status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/docs/errors/{code}"
    assert body["status"] == answer.status_code
    assert body["title"] == CODES[code].title
    assert body["detail"] and body["instance"].startswith("/")
    stamped(answer)
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


def stamped(answer: Any) -> None:
    assert int(answer.headers["X-RateLimit-Limit"]) >= 1
    assert int(answer.headers["X-RateLimit-Remaining"]) >= 0
    assert 1 <= int(answer.headers["X-RateLimit-Reset"]) <= 60
    assert answer.headers["X-Request-Id"]
    assert ("Retry-After" in answer.headers) is (answer.status_code == 429)

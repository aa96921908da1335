"""What every response of the API has, and every error response."""

import json
from typing import Any

from crmsolid.core.errors import CODES


def assert_problem(response: Any, code: str) -> dict[str, Any]:
    """Check that the response is a complete problem document with this code; return the document."""
    body: dict[str, Any] = json.loads(response.content)
    assert (body["code"], response.status_code) == (code, CODES[code].status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/docs/errors/{code}"
    assert body["status"] == response.status_code
    assert body["title"] == CODES[code].title
    assert body["detail"] and body["instance"].startswith("/")
    assert_common_headers(response)
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def assert_common_headers(response: Any) -> None:
    assert int(response.headers["X-RateLimit-Limit"]) >= 1
    assert int(response.headers["X-RateLimit-Remaining"]) >= 0
    assert 1 <= int(response.headers["X-RateLimit-Reset"]) <= 60
    limit, remaining, reset = (response.headers[f"X-RateLimit-{each}"] for each in ("Limit", "Remaining", "Reset"))
    assert response.headers["RateLimit-Policy"] == f'"default";q={limit};w=60'
    assert response.headers["RateLimit"] == f'"default";r={remaining};t={reset}'
    assert response.headers["X-Request-Id"]
    assert ("Retry-After" in response.headers) is (response.status_code == 429)

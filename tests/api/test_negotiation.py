import pytest

from crmsolid.api.negotiation import acceptable

JSON = ("application/json",)


@pytest.mark.parametrize(
    ("header", "produced", "expected"),
    [
        (None, JSON, True),
        ("", JSON, True),
        ("*/*", JSON, True),
        ("application/*", JSON, True),
        ("APPLICATION/JSON; charset=utf-8", JSON, True),
        ("text/html, application/json;q=0.5", JSON, True),
        ("text/html", JSON, False),
        ("application/json;q=0", JSON, False),
        ("*/*, application/json;q=0", JSON, False),
        ("application/json;q=zero", JSON, False),
        ("nonsense", JSON, False),
        ("text/csv", ("text/csv", "application/x-ndjson"), True),
        ("application/json", ("text/event-stream",), False),
    ],
)
def test_acceptable(header: str | None, produced: tuple[str, ...], expected: bool) -> None:
    assert acceptable(header, produced) is expected

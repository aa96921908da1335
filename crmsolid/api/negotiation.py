"""Whether an Accept header allows what an endpoint produces (RFC 9110, 12.5.1)."""

import re
from collections.abc import Sequence

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})\Z")
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")


def acceptable(header: str | None, produced: Sequence[str]) -> bool:
    """True without a header. Parameters but ``q`` are ignored; ranges that cannot be read allow nothing."""
    if header is None or not header.strip():
        return True
    ranges = [found for part in header.split(",") if (found := _range(part)) is not None]
    return any(_weight(media, ranges) > 0 for media in produced)


def _range(part: str) -> tuple[str, str, float] | None:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    found = _RANGE.match(media.lower())
    if found is None:
        return None
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            weight = float(value) if _WEIGHT.match(value.strip()) else 0.0
    return found[1], found[2], weight


def _weight(media: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """The weight of the most specific range that fits."""
    main, _, sub = media.partition("/")
    for wanted in ((main, sub), (main, "*"), ("*", "*")):
        weights = [weight for kind, detail, weight in ranges if (kind, detail) == wanted]
        if weights:
            return max(weights)
    return 0.0

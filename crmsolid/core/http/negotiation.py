"""What a client accepts, by its Accept and Accept-Encoding headers (RFC 9110, 12.5)."""

import re
from collections.abc import Sequence

# A browser sends about eight. 64 KiB of header can hold 30,000.
MAX_ENTRIES = 100
_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.\d*)?)\s*(?:;|$)", re.IGNORECASE)


def accepts_type(header: str, media_types: Sequence[str]) -> bool:
    """Whether an Accept header allows one of these types; an empty one allows everything, one of more than 100 entries
    nothing. What names a type more exactly counts: ``application/json;q=0, */*`` excludes JSON."""
    if header.strip() in ("", "*/*"):
        return True
    if header.count(",") >= MAX_ENTRIES:
        return False
    weights = _weights(header)
    return any(_first(weights, (each, f"{each.partition('/')[0]}/*", "*/*")) > 0 for each in media_types)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header names gzip and does not exclude it; ``*`` alone allows it and asks for nothing.
    An answer without a coding is for everybody, also where the header excludes that: it is better than a refusal."""
    return header.count(",") < MAX_ENTRIES and _first(_weights(header), ("gzip", "x-gzip")) > 0


def _weights(header: str) -> dict[str, float]:
    """What the header names, in lower case, with its weight; the highest of what is named twice. Other parameters are
    ignored."""
    weights: dict[str, float] = {}
    for entry in header.split(","):
        name = entry.partition(";")[0].strip().lower()
        weight = _WEIGHT.search(entry)
        weights[name] = max(weights.get(name, 0.0), float(weight[1]) if weight else 1.0)
    return weights


def _first(weights: dict[str, float], names: Sequence[str]) -> float:
    return next((weights[name] for name in names if name in weights), 0.0)

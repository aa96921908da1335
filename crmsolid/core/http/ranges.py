"""Requests for a part of a content (RFC 9110, 14): one range of bytes."""

import re

# first-last, first- or -length. More digits than a size has are no range that anybody means.
_RANGE = re.compile(r"bytes\s*=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*")


class NotSatisfiable(Exception):
    """The range begins at or behind the end of the content."""


def parse_range(header: str, size: int) -> range | None:
    """The bytes that a Range header asks for; None for the whole content. That is the answer also to a header that is
    no range of bytes, as 14.2 has it, and to one with several ranges, which a server need not serve."""
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return None
    first, last, length = match.groups()
    if length is not None:
        start, stop = max(0, size - int(length)), size
        if int(length) == 0:
            raise NotSatisfiable
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return None  # not a range
    if start >= size:
        raise NotSatisfiable
    return range(start, stop)

"""Compare what a page shows with what the product answered. Texts such as ids and times may differ; the shape, the
numbers and what is true or false may not, except where they vary from one run to the next."""

import json
import re
from collections.abc import Iterator
from typing import Any

MORE = "…"  # in a page: a value, or a member, an element or a line that stands for any further ones
# Members whose values a page shows exactly.
EXACT = {"status", "code", "type", "state", "event", "reason", "waiting_for", "kind", "stage", "mode"}
# Members whose numbers depend on other pages or on the speed of the machine.
VARYING = {"used_today", "left_today", "duration_ms", "position"}


def differences(shown: Any, answered: Any, path: str = "$", *, numbers_vary: bool = False) -> list[str]:
    """What is wrong with the JSON value ``shown`` in a page, if the product has answered ``answered``.

    Objects have the same members, values the same types. Numbers, ``true`` and ``false`` are the same; numbers may
    differ in the members of ``VARYING``, and everywhere with ``numbers_vary``. An object with the member ``"…"`` shows
    some members only. An element of a list has the shape of one of those shown, and an empty list is shown as one. A
    list with the element ``"…"`` shows some elements only. ``"…"`` is any value."""
    if shown == MORE:
        return []
    if isinstance(shown, dict) and isinstance(answered, dict):
        return _object_differences(shown, answered, path, numbers_vary)
    if isinstance(shown, list) and isinstance(answered, list):
        return _list_differences(shown, answered, path, numbers_vary)
    if path.endswith(".next_cursor") and isinstance(answered, str | None):
        return []  # whether there is a next page depends on what other pages have made
    is_exact = isinstance(shown, bool) or (_type(shown) == "number" and not numbers_vary)
    if _type(shown) != _type(answered) or (is_exact and shown != answered):
        return [f"{path}: the page shows {json.dumps(shown)}, the answer is {json.dumps(answered)}"]
    return []


def _object_differences(shown: dict[str, Any], answered: dict[str, Any], path: str, numbers_vary: bool) -> list[str]:
    missing = sorted(set(shown) - set(answered) - {MORE})
    hidden = [] if MORE in shown else sorted(set(answered) - set(shown))
    found = [f"{path}.{name}: not in the answer" for name in missing]
    found += [f"{path}.{name}: not in the page, the answer is {json.dumps(answered[name])}" for name in hidden]
    for name in sorted(set(shown) & set(answered)):
        inside = f"{path}.{name}"
        if name in EXACT and isinstance(shown[name], str) and shown[name] != answered[name]:
            found.append(
                f"{inside}: the page shows {json.dumps(shown[name])}, the answer is {json.dumps(answered[name])}"
            )
        else:
            found += differences(shown[name], answered[name], inside, numbers_vary=numbers_vary or name in VARYING)
    return found


def _list_differences(shown: list[Any], answered: list[Any], path: str, numbers_vary: bool) -> list[str]:
    patterns = [each for each in shown if each != MORE]
    found: list[str] = []
    if MORE in shown:
        for pattern in patterns:
            if all(differences(pattern, element, numbers_vary=numbers_vary) for element in answered):
                found.append(f"{path}: no element of the answer is like {json.dumps(pattern)}")
        return found
    if bool(patterns) != bool(answered):
        return [f"{path}: the page shows {len(patterns)} elements, the answer has {len(answered)}"]
    for position, element in enumerate(answered):
        tries = [
            differences(pattern, element, f"{path}[{position}]", numbers_vary=numbers_vary) for pattern in patterns
        ]
        if all(tries):
            closest = min(tries, key=len)
            found += closest
    return found


def _type(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__


def json_values(output: str) -> list[Any]:
    """The JSON objects and lists that follow each other in an output, for example of several calls of curl. Anything
    between them, such as the headers of ``curl -i``, is passed over."""
    return list(_json_values(output))


def _json_values(output: str) -> Iterator[Any]:
    decoder, position = json.JSONDecoder(), 0
    while (begin := re.compile(r"^\s*[{\[]|(?<=[}\]])[{\[]", re.M).search(output, position)) is not None:
        start = begin.end() - 1
        try:
            value, position = decoder.raw_decode(output, start)
            yield value
        except ValueError:
            position = start + 1


def text_differs(shown: str, output: str) -> bool:
    """Whether lines shown in a page are not those of the output. ``…`` stands for anything within a line, and alone for
    any lines. Ids, times, durations, hexadecimal digests, tokens, ports, rate limits in headers and the positions of
    streamed events may differ."""
    lines = [_line_pattern(line) for line in shown.strip().splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line is None else line + r"\s*\n" for line in lines)
    text = "".join(line.rstrip() + "\n" for line in output.strip().splitlines())
    return re.fullmatch(pattern, text) is None


VARIABLE = re.compile(
    r"\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}\b"  # an id
    r"|\bcs_(?:live|test)_[0-9a-f]{4}_\w*"  # a key or its prefix
    r"|\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)"
    r"|\b\d\d:\d\d:\d\d\b"
    r"|\b\d+(?:\.\d+)?(?= (?:ms|s|seconds?|minutes?)\b)"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b[0-9a-f]{32,}\b"
    r"|\b(?:3000|8000)\b"  # the ports that the test replaces
    # The test's key has a rate limit that no page reaches.
    r"|(?<=^x-ratelimit-limit: )\d+|(?<=^x-ratelimit-remaining: )\d+|(?<=^x-ratelimit-reset: )\d+"
    r"|(?<=^id: )\d+"  # of an event of a stream
)


def _line_pattern(line: str) -> str | None:
    """A regular expression for a line; None for the line that stands for any lines."""
    if line.strip() == MORE:
        return None
    pattern, position = "", 0
    for match in VARIABLE.finditer(line.rstrip()):
        pattern += _literal(line[position : match.start()]) + r"[\w.:+-]+"
        position = match.end()
    return pattern + _literal(line.rstrip()[position:])


def _literal(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split(MORE))

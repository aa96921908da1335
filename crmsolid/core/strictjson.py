"""A strict JSON parser: a body that is accepted has one meaning, and nothing in it makes a later step fail.

RFC 8259 lets each parser treat duplicate keys, huge numbers and deep nesting in its own way. They are refused here,
because fingerprint, database and receiver must all see the same value. PostgreSQL cannot store NUL and UTF-8 cannot
encode a lone surrogate, so both are refused here instead of causing a 500 later. The number of values is bounded
before anything is parsed: each costs the parser and all later steps time, and 1 MiB can hold hundreds of thousands.
"""

import json
from functools import reduce
from itertools import accumulate
from typing import NoReturn

MAX_DEPTH = 64
# Openings of lists and objects, and commas, which is as many as there are values or a few more. The largest body that
# the API has a use for holds some hundreds. 10,000 nested in the most costly way take about 8 ms.
MAX_VALUES = 10_000
# Names in one object: more than any contact has fields. What looks at names one by one then takes about 2 ms.
MAX_NAMES = 500
# Nothing in the API takes more than 19 digits. Reading an integer takes time in the square of its length: 1 MiB of them
# takes 14 ms, with the 4,300 digits that Python allows 60 ms.
MAX_INTEGER_DIGITS = 1000

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_DEPTH_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_SHOWN_KEY_LENGTH = 64

# Keys and indexes from the outermost value to the innermost.
_Path = tuple[str | int, ...]


class StrictJSONError(ValueError):
    """A body was refused. ``detail`` says why and may be shown to the client."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MalformedJSON(StrictJSONError):
    """The bytes are not JSON, or JSON that different parsers read differently."""


class NullCharacter(StrictJSONError):
    """Valid JSON with U+0000 in a string or a key. ``path`` is the path of the field, "" for the body itself."""

    def __init__(self, path: str) -> None:
        super().__init__("the character U+0000 cannot be stored")
        self.path = path


def loads(raw: bytes, *, max_values: int = MAX_VALUES) -> object:
    """Parse a JSON text in UTF-8. Raises MalformedJSON or NullCharacter, and nothing else whatever the bytes are.

    An unescaped NUL is malformed (RFC 8259 requires control characters to be escaped); an escaped one is NullCharacter.
    """
    if not raw:
        raise MalformedJSON("the body is empty")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise MalformedJSON("the body starts with a byte order mark; send plain UTF-8")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJSON(f"not valid UTF-8 at byte {error.start}") from None
    # This is checked first, because json recurses and its own limit differs between Python versions.
    openings = raw.count(b"[") + raw.count(b"{")
    if openings > MAX_DEPTH or openings + raw.count(b",") > max_values:
        _check_structure(raw, max_values)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJSON(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    # The UTF-8 decoder has refused unescaped surrogates, and json unescaped NULs. Only escapes are left to check.
    if b"\\u0000" in raw or b"\\ud" in raw or b"\\uD" in raw:
        _check_strings(value, ())
    return value


def dumps(value: object) -> bytes:
    """Compact JSON in UTF-8 with no needless escapes. Keys keep their order, so equal input gives equal bytes.

    Raises ValueError for NaN, Infinity and lone surrogates, TypeError for a type that JSON cannot represent.
    """
    return _ENCODER.encode(value).encode("utf-8")


def _check_structure(raw: bytes, max_values: int) -> None:
    """Check the number of values and the depth by what is outside strings, in linear time and in C, whatever the bytes
    are.

    Once escaped pairs are removed, every second piece between quotation marks is outside a string. In malformed JSON
    this can be wrong after a stray backslash, but there json reports an error anyway.
    """
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    # A value and its name have four quotation marks at most. Cutting up a text of a million would take 30 ms.
    too_many = f"more than {max_values:,} values; send less in one request"
    if unescaped.count(b'"') > 4 * (max_values + 1):
        raise MalformedJSON(too_many)
    outside = b"".join(unescaped.split(b'"')[::2])
    if sum(map(outside.count, (b"[", b"{", b","))) > max_values:
        raise MalformedJSON(too_many)
    # JSON has no more closings than openings. What has more ends, for json, before the part that is cut off here.
    brackets = outside.translate(None, _NOT_BRACKETS)[: 2 * max_values]
    if max(accumulate(map(_DEPTH_STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise MalformedJSON(f"nested more than {MAX_DEPTH} levels deep")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) > MAX_NAMES:
        raise MalformedJSON(f"an object has more than {MAX_NAMES} names")
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise MalformedJSON(f'the key "{_shown(key)}" occurs twice in one object')
            seen.add(key)
    return result


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise MalformedJSON(f"an integer has more than {MAX_INTEGER_DIGITS} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise MalformedJSON("a number is too large")
    return number or 0.0  # -0.0 is equal to 0.0, but not written like it


def _no_constant(name: str) -> NoReturn:
    raise MalformedJSON(f"{name} is not JSON")


def _check_strings(value: object, path: _Path) -> None:
    """Check every string in document order, so that the first error is reported. MAX_DEPTH bounds the recursion."""
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            inner = (*path, key)
            _check_text(key, inner)
            _check_strings(item, inner)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_strings(item, (*path, index))


def _check_text(text: str, path: _Path) -> None:
    if "\0" in text:
        raise NullCharacter(_written(path))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedJSON(f'a lone surrogate in "{_written(path)}"') from None


def join_path(path: str, step: str | int) -> str:
    """The path of a member or an item of the value at ``path``: ``all[0].value``. That of the whole value is empty."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def _written(path: _Path) -> str:
    return reduce(join_path, (_shown(step) if isinstance(step, str) else step for step in path), "")


def _shown(key: str) -> str:
    """A key as an error message may show it: short, with NUL and lone surrogates written as escapes."""
    short = key[:_SHOWN_KEY_LENGTH].encode("utf-8", "backslashreplace").decode("utf-8")
    return short.replace("\0", "\\u0000")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_no_constant,
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))

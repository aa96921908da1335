import json
import random
import sys

import pytest

from crmsolid.core.strictjson import MalformedJSON, NullCharacter, StrictJSONError, dumps, loads

TOO_MANY_VALUES = "more than 10,000 values; send less in one request"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b' \t\r\n{"a": [1, -2, 0.5, true, false, null, "x"]} \n', {"a": [1, -2, 0.5, True, False, None, "x"]}),
        ('{"имя": "Мария 😀"}'.encode(), {"имя": "Мария 😀"}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\uD83D\\uDE00"', "😀"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'{"a": {"x": 1}, "b": {"x": 2}}', {"a": {"x": 1}, "b": {"x": 2}}),
        (b"1e308", 1e308),
        (b"1e-400", 0.0),
        (b"-0", 0),
        (b'"' + b"[" * 1000 + b'"', "[" * 1000),
        (b'"\\"' + b"[" * 1000 + b'"', '"' + "[" * 1000),
    ],
)
def test_loads_accepts_plain_json(raw: bytes, value: object) -> None:
    assert loads(raw) == value


def test_integers_and_floats_keep_their_type() -> None:
    value = loads(b"[1, 1.0, 9223372036854775808]")
    assert isinstance(value, list)
    assert [type(item) for item in value] == [int, float, int]
    assert value[2] == 2**63


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "the body is empty"),
        (b" ", "Expecting value (line 1, column 2)"),
        (b'{"a": 1', "Expecting ',' delimiter (line 1, column 8)"),
        (b'{"a', "Unterminated string starting at (line 1, column 2)"),
        (b'{"a": 1} x', "Extra data (line 1, column 10)"),
        (b"{}\n{}", "Extra data (line 2, column 1)"),
        (b"NaN", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": 1, "b": 2, "a": 1}', 'the key "a" occurs twice in one object'),
        (b'[{"x": {"k": 1, "\\u006b": 2}}]', 'the key "k" occurs twice in one object'),
        (b'{"\\ud800": 1, "\\ud800": 2}', 'the key "\\ud800" occurs twice in one object'),
        (b'{"\\u0000": 1, "\\u0000": 2}', 'the key "\\u0000" occurs twice in one object'),
        (b'"\\ud800"', 'a lone surrogate in ""'),
        (b'{"a": ["x", "\\uDFFF"]}', 'a lone surrogate in "a[1]"'),
        (b'{"a": {"\\udc00": 1}}', 'a lone surrogate in "a.\\udc00"'),
        (b'"\\ude00\\ud83d"', 'a lone surrogate in ""'),
        (b'"\xed\xa0\x80"', "not valid UTF-8 at byte 1"),
        (b'{"a": "\xff"}', "not valid UTF-8 at byte 7"),
        (b'"\xc0\x80"', "not valid UTF-8 at byte 1"),
        (b'"\xf0\x9f\x98"', "not valid UTF-8 at byte 1"),
        (b"\xef\xbb\xbf{}", "the body starts with a byte order mark; send plain UTF-8"),
        ("{}".encode("utf-16"), "not valid UTF-8 at byte 0"),
        (b"1e309", "a number is too large"),
        (b"-1e309", "a number is too large"),
        (b"1" * 400 + b".0", "a number is too large"),
        (b"1" * 1001, "an integer has more than 1000 digits"),
        (b'{"a": [-' + b"1" * 1001 + b"]}", "an integer has more than 1000 digits"),
        (b"[" * 65 + b"]" * 65, "nested more than 64 levels deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested more than 64 levels deep"),
        (b"[" * 10_000, "nested more than 64 levels deep"),
        (b'[{"a":' * 5_000, "nested more than 64 levels deep"),
        (b"[" * 65 + b"]" * 500_000, "nested more than 64 levels deep"),
        (b"[" * 100_000, TOO_MANY_VALUES),
        (b"[" * 1_048_576, TOO_MANY_VALUES),
        (b'[{"a":' * 50_000, TOO_MANY_VALUES),
        (b"[" + b"1," * 10_000 + b"1]", TOO_MANY_VALUES),
        (b'["' + b",[{" * 100 + b'"' + b',"a\\\\"' * 10_000 + b"]", TOO_MANY_VALUES),
        (b'{"a":"\\""' + b',"b":"\\\\"' * 10_000 + b"}", TOO_MANY_VALUES),
        (b"[" * 65 + b'"' * 40_005, TOO_MANY_VALUES),
        (b"{" + b",".join(b'"%d":1' % number for number in range(501)) + b"}", "an object has more than 500 names"),
        (b'[{"a":{' + b",".join([b'"a":1'] * 501) + b"}}]", "an object has more than 500 names"),
        (b'{"a\\"b":' * 65 + b"1" + b"}" * 65, "nested more than 64 levels deep"),
        (b'{"a\\\\":' * 65 + b"1" + b"}" * 65, "nested more than 64 levels deep"),
    ],
)
def test_loads_refuses_malformed_json(raw: bytes, detail: str) -> None:
    with pytest.raises(MalformedJSON) as caught:
        loads(raw)
    assert caught.value.detail == detail
    caught.value.detail.encode("utf-8")


@pytest.mark.parametrize(
    "raw",
    [
        b"{'a': 1}",
        b"[1,]",
        b'{"a": 1,}',
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"0x1",
        b"tru",
        b'"\x00"',
        b'"\n"',
        b"\x00{}",
        b"{}\x00",
        b'"\\x41"',
        b'"\\u00"',
        b"// x\n{}",
        b"{1: 2}",
        b'\\"[',
        b"\xc2\xa0{}",
        b'"' + b'\\"' * 50_000,
    ],
)
def test_loads_refuses_other_syntax(raw: bytes) -> None:
    with pytest.raises(MalformedJSON):
        loads(raw)


def test_depth_64_passes_and_brackets_in_strings_do_not_count() -> None:
    assert loads(b"[" * 64 + b"]" * 64) is not None
    assert loads(b'{"a":' * 64 + b"1" + b"}" * 64) is not None
    assert loads(b"[" + b"[]," * 4999 + b"[]]") == [[]] * 5000
    assert loads(b'["' + b"[{" * 100 + b'", "\\\\", "\\"' + b"[" * 100 + b'", "' + b"{" * 100 + b'"]') is not None


def test_10_000_values_pass_and_commas_and_brackets_in_strings_do_not_count() -> None:
    assert loads(b"[" + b"1," * 9_999 + b"1]") == [1] * 10_000
    assert loads(b"[" + b'"",' * 9_999 + b'""]') == [""] * 10_000
    text = ",[{" * 100_000
    assert loads(json.dumps([text, '\\"' + text, text + "\\"]).encode()) == [text, '\\"' + text, text + "\\"]
    objects = [{f"{number}": "" for number in range(499)}] * 20
    assert loads(json.dumps(objects).encode()) == objects
    names = {f"{number}": number for number in range(500)}
    assert loads(json.dumps(names).encode()) == names


def test_depth_limit_does_not_depend_on_the_recursion_limit() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        for depth, passes in ((64, True), (65, False), (5000, False)):
            raw = b"[" * depth + b"]" * depth
            if passes:
                loads(raw)
            else:
                with pytest.raises(MalformedJSON, match="64 levels"):
                    loads(raw)
    finally:
        sys.setrecursionlimit(limit)


def test_integer_of_1000_digits_passes() -> None:
    assert loads(b"-" + b"9" * 1000) == -(10**1000 - 1)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b'"\\u0000"', ""),
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"custom_fields": {"note": "\\u0000"}}', "custom_fields.note"),
        (b'{"tags": ["a", {"b": ["", "x\\u0000"]}]}', "tags[1].b[1]"),
        (b'["\\u0000"]', "[0]"),
        (b'{"a": {"k\\u0000": 1}}', "a.k\\u0000"),
        ('{"имя": "\\u0000"}'.encode(), "имя"),
        (b'{"a": "\\u0000", "b": "\\ud800"}', "a"),
        (b'{"' + b"k" * 200 + b'": "\\u0000"}', "k" * 64),
    ],
)
def test_loads_refuses_a_nul_and_names_the_field(raw: bytes, path: str) -> None:
    with pytest.raises(NullCharacter) as caught:
        loads(raw)
    assert caught.value.path == path
    assert "\0" not in caught.value.path + caught.value.detail
    assert not isinstance(caught.value, MalformedJSON)
    assert isinstance(caught.value, StrictJSONError)


def test_loads_raises_nothing_else_for_random_bytes() -> None:
    generator = random.Random(8259)
    pieces = [b"[", b"]", b"{", b"}", b'"', b"\\", b":", b",", b"1", b"e9", b"\\u0000", b"\\ud8", b"00", b" ", b"NaN"]
    accepted = 0
    for _ in range(20_000):
        raw = b"".join(generator.choices(pieces, k=generator.randint(1, 9)))
        try:
            value = loads(raw)
        except StrictJSONError:
            continue
        accepted += 1
        assert value == json.loads(raw)
    assert accepted > 200


def test_loads_agrees_with_json_on_random_documents() -> None:
    generator = random.Random(64)
    for _ in range(500):
        document = _random_value(generator, 5)
        for ascii_only in (True, False):
            assert loads(json.dumps(document, ensure_ascii=ascii_only).encode()) == document
        assert loads(dumps(document)) == document


def _random_value(generator: random.Random, depth: int) -> object:
    choice = generator.randrange(7 if depth else 5)
    if choice == 5:
        return [_random_value(generator, depth - 1) for _ in range(generator.randrange(4))]
    if choice == 6:
        return {f"k{n}я": _random_value(generator, depth - 1) for n in range(generator.randrange(4))}
    return [None, True, generator.randrange(-(10**20), 10**20), generator.random(), 'x[{"\\😀\n'][choice]


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ({"b": 1, "a": [1.5, None, True]}, b'{"b":1,"a":[1.5,null,true]}'),
        ({"имя": "Мария 😀"}, '{"имя":"Мария 😀"}'.encode()),
        ('"\\\n\x01', b'"\\"\\\\\\n\\u0001"'),
        ({}, b"{}"),
    ],
)
def test_dumps_is_compact_unescaped_and_keeps_order(value: object, raw: bytes) -> None:
    assert dumps(value) == raw


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": float("-inf")}, "\ud800"])
def test_dumps_refuses_what_is_not_json(value: object) -> None:
    with pytest.raises(ValueError):
        dumps(value)


def test_dumps_refuses_unknown_types() -> None:
    with pytest.raises(TypeError):
        dumps({"a": {1, 2}})

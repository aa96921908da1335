"""Reading CSV files: encodings, separators, quotation marks, and files that are none."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.imports import reading
from contacts.imports.reading import CsvFile, NotCsv, Row
from tests.fuzzing import examples

# No lone carriage returns and NULs: Python's reader and ours count lines by them, and refuse them.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def read(content: bytes) -> tuple[list[str], list[Row]]:
    file = CsvFile(io.BytesIO(content))
    return file.columns, list(file.rows())


@examples(50)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(lambda row: "".join(row).strip() != ""), max_size=8),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\r\n", "\n"]),
)
def test_what_a_csv_writer_wrote_is_read(rows: list[list[str]], delimiter: str, encoding: str, ending: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(
        [["a", "b", "c"], *rows]
    )
    columns, found = read(text.getvalue().encode(encoding))
    assert columns == ["a", "b", "c"]
    assert [row.cells for row in found] == rows
    packed = reading.pack(found)
    assert reading.unpack(packed) == found


def test_rows_know_their_line_and_blank_ones_are_left_out() -> None:
    content = b'email,name\r\na@x.example,"two\r\nlines"\r\n\r\n ,\r\nb@x.example,B\r\n'
    assert read(content)[1] == [Row(2, ["a@x.example", "two\r\nlines"]), Row(6, ["b@x.example", "B"])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_by_its_byte_order_mark(encoding: str) -> None:
    content = "\ufeffemail;name\njürgen@x.example;Jürgen\n".encode(encoding)
    assert read(content) == (["email", "name"], [Row(2, ["jürgen@x.example", "Jürgen"])])


NEVER_ENDING = b'email\n"' + b"a\n" * 200_000
MANY_COLUMNS = b",".join(b"c%d" % number for number in range(20_000))

REFUSED: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 1, "no header"),
    "blank header": (b" , \na,b\n", 1, "no header"),
    "two columns of one name": (b"email, email\n", 1, "two columns are named email"),
    "300 columns and one": (MANY_COLUMNS[:3000] + b"\n", 1, "at most 300 columns"),
    "20,000 columns": (MANY_COLUMNS + b"\n", 1, "at most 300 columns"),
    "header without an end": (b"a" * 300_000, 1, "at most 262,144 characters"),
    "quotation mark that is never closed": (b'email\na@x.example\n"b', 3, "none closes it"),
    "cell that never ends": (NEVER_ENDING, 2, "a quotation mark missing"),
    "line that never ends": (b"email\n" + b"a," * 200_000, 2, "at most 262,144 characters"),
    "something behind a quoted cell": (b'email\n"a"b\n', 2, "double a quotation mark"),
    "NUL": (b"email\na\nb\0\n", 3, "a NUL character"),
    "bytes that are not UTF-8": (b"email\na\nb\nc\xff\n", 4, "not UTF-8"),
    "bytes that are not UTF-8 in the header": (b"\xe9mail\na\n", 1, "not UTF-8"),
    "half a character of UTF-16": ("\ufeffemail\na\n".encode("utf-16-le") + b"x", 3, "not UTF-16"),
    "UTF-16 without its mark": ("email\na\n".encode("utf-16-le"), 1, "a NUL character"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", 1, "not UTF-8"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_csv_is_refused_with_its_line_in_little_memory(name: str) -> None:
    content, line, reason = REFUSED[name]
    tracemalloc.start()
    try:
        with pytest.raises(NotCsv) as refused:
            read(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (refused.value.line, reason in refused.value.reason) == (line, True), refused.value
    assert peak < 6_000_000


def test_a_file_has_at_most_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(NotCsv, match="line 4: a file has at most 2 rows"):
        read(b"email\na\nb\nc\n")


def test_a_file_has_at_most_so_many_lines_with_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINES", 4)
    assert len(read(b"username\na\n\n\nb\n")[1]) == 2
    with pytest.raises(NotCsv) as refused:
        read(b"username\n" + b"\n" * 5)
    assert refused.value.line == 6


def test_chunks_are_bounded_by_rows_and_by_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_ROWS", 3)
    monkeypatch.setattr(reading, "CHUNK_CHARACTERS", 50)
    content = b"email\n" + b"a\n" * 4 + b"b" * 49 + b"\n" + b"c\n"
    with reading.read(io.BytesIO(content)) as staged:
        chunks = [reading.unpack(chunk) for chunk in staged.chunks()]
    assert [[row.line for row in chunk] for chunk in chunks] == [[2, 3, 4], [5], [6], [7]]
    assert staged.row_count == 6


# What a reader has to decide about, and bytes of every kind.
PIECES = st.sampled_from(
    [b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\0", b"a", b" ", b"\xff\xfe", b"\xef\xbb\xbf"]
)
ANY_FILE = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=30).map(b"".join),
    st.tuples(st.text(max_size=30), st.sampled_from(["utf-16", "utf-16-le", "cp1251", "utf-32", "utf-8"])).map(
        lambda each: each[0].encode(each[1], "replace")
    ),
)


@examples(300)
@given(ANY_FILE)
def test_any_bytes_are_rows_of_a_file_or_refused_with_a_line(content: bytes) -> None:
    try:
        columns, rows = read(b"email,name\n" + content)
    except NotCsv as refusal:
        assert 1 <= refusal.line <= 2 + content.count(b"\n") + content.count(b"\r")
        return
    assert columns == ["email", "name"]
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines)) and all(line >= 2 for line in lines)
    assert reading.unpack(reading.pack(rows)) == rows


@examples(200)
@example(b"email,,\n")
@given(ANY_FILE)
def test_any_bytes_are_a_file_with_columns_or_refused(content: bytes) -> None:
    try:
        columns, rows = read(content)
    except NotCsv as refusal:
        assert refusal.line >= 1
        return
    named = [column for column in columns if column]  # further ones may be blank, as spreadsheets leave them
    assert named and len(set(named)) == len(named)
    assert reading.unpack(reading.pack(rows)) == rows

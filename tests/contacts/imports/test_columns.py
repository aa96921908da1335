"""Which field a column is for, and what its cells mean."""

from typing import Any

import pytest

from contacts.export import cell, undo_formula_defusing
from contacts.imports.columns import InvalidRow, RowReader, guess
from contacts.models import CustomField, FieldType

CUSTOM = [
    CustomField(key=type.value + "_field", label=f"My {type.value}", type=type, choices=["S"]) for type in FieldType
]


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (["email", "tags"], {"email": "email", "tags": "tags"}),
        (
            ["E-Mail Address", "Full Name", "Surname"],
            dict(zip(["E-Mail Address", "Full Name", "Surname"], ["email", "name", "last_name"], strict=True)),
        ),
        (["My number", "text_field"], {"My number": "number_field", "text_field": "text_field"}),
        (["Mail", "email"], {"email": "email"}),  # the exact name goes first, and each field is guessed once
        (["id", "score", "what else", ""], {}),
    ],
)
def test_columns_are_guessed_by_their_names(columns: list[str], mapping: dict[str, str]) -> None:
    assert guess(columns, CUSTOM) == mapping


def body(**cells: str) -> dict[str, Any]:
    reader = RowReader(None, list(cells), {name: name for name in cells}, {each.key: each for each in CUSTOM})  # type: ignore[arg-type]
    return reader._body(list(cells.values()))


def test_cells_have_the_types_of_their_fields() -> None:
    values = body(number_field="-12.50", boolean_field="No", date_field=" 2026-06-04 ", opted_out="YES", tags="a;; b;")
    assert values == {
        **{"number_field": -12.5, "boolean_field": False, "date_field": "2026-06-04", "opted_out": True},
        "tags": ["a", "b"],
    }
    assert body(number_field="7") == {"number_field": 7}
    assert body(name=" ", phone="'+49 1", opted_out="false") == {"phone": "+49 1"}


@pytest.mark.parametrize("text", ["1,5", "1e5", "0x1", "--1", "1.", ".", "٣", "1" * 41, "NaN", "1_0"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidRow) as refused:
        body(number_field=text)
    assert refused.value.field == "number_field"


def test_a_first_name_that_the_name_begins_with_is_not_kept_apart() -> None:
    assert body(name="Sarah Miller", first_name="Sarah")["first_name"] == ""
    assert body(name="Sarah Miller", first_name="Sally")["first_name"] == "Sally"
    assert body(first_name="Sarah")["first_name"] == "Sarah"


@pytest.mark.parametrize(
    "text", ["=1", "'=1", "''-x", "a;=b", "a;'=b", 'x\n "+1', "plain", "it's", "@x", "＝1", "'plain"]
)
def test_undoing_what_an_export_added_gives_the_text_it_was(text: str) -> None:
    assert undo_formula_defusing(cell(text)) == text

"""How a contact's values stand in a text."""

from typing import Any

import pytest

from contacts.models import Contact
from messaging.sending import message_text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234567.89, "1234567.89"),
        (1234567.0, "1234567"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (-2.5, "-2.5"),
        (2.0**53, "9007199254740992"),
        (3, "3"),
        (0, "0"),
        (0.0, "0"),
        (100, "100"),
        (True, "yes"),
        (False, "no"),
        ("S", "S"),
        ("2026-06-04", "2026-06-04"),
    ],
)
def test_a_custom_value_is_written_as_people_write_it(value: Any, shown: str) -> None:
    assert message_text.render("{seats}", Contact(custom_fields={"seats": value})) == shown

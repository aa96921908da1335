import pytest

from crmsolid.core.errors import DomainError
from messaging.services import Recipient, parse_recipient


@pytest.mark.parametrize(
    ("value", "username"),
    [
        ("@Sarah_Miller", "Sarah_Miller"),
        ("sarah_miller", "sarah_miller"),
        ("https://t.me/Sarah_Miller", "Sarah_Miller"),
        ("t.me/sarah_miller/", "sarah_miller"),
        (" @fail_privacy ", "fail_privacy"),
        ("e1000", "e1000"),
    ],
)
def test_usernames(value: str, username: str) -> None:
    assert parse_recipient(value) == Recipient(username=username)


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1), (7421, 7421), (2**63 - 1, 2**63 - 1), ("1", 1), (" 7421\n", 7421), (str(2**63 - 1), 2**63 - 1)],
)
def test_numeric_ids(value: str | int, number: int) -> None:
    assert parse_recipient(value) == Recipient(telegram_id=number)


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2**63,
        True,
        False,
        1.0,
        None,
        [],
        b"abcd",
        "",
        " ",
        "0",
        "-5",
        "+79161234567",
        "007",
        "1e5",
        "1_000",
        "1.0",
    ]
    + [
        str(2**63),
        "9" * 5000,
        "٣٤٥",
        "²",
        "@7421",
        "@",
        "abc",
        "-1001234567890",
        "sarah@example.com",
        "t.me/7421",
        "12 34",
    ],
)
def test_invalid_recipients(value: object) -> None:
    with pytest.raises(DomainError) as caught:
        parse_recipient(value)  # type: ignore[arg-type]
    assert [(error.field, error.code) for error in caught.value.errors] == [("to", "invalid_recipient")]

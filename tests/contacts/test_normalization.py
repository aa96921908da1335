"""Normal forms of usernames and e-mail addresses, and folded text."""

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.normalization import (
    InvalidEmail,
    InvalidUsername,
    InvalidValue,
    email_key,
    fold,
    parse_username,
    tag,
)
from tests.fuzzing import examples


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("Sarah_Miller", "Sarah_Miller"),
        ("@Sarah_Miller", "Sarah_Miller"),
        ("https://t.me/Sarah_Miller", "Sarah_Miller"),
        ("http://t.me/Sarah_Miller/", "Sarah_Miller"),
        ("HTTPS://T.ME/Sarah_Miller", "Sarah_Miller"),
        ("t.me/Sarah_Miller", "Sarah_Miller"),
        ("telegram.me/Sarah_Miller", "Sarah_Miller"),
        ("https://telegram.me/Sarah_Miller/", "Sarah_Miller"),
        ("@Sarah_Miller/", "Sarah_Miller"),
        ("  @Sarah_Miller\n", "Sarah_Miller"),
        ("abcd", "abcd"),
        ("a" * 32, "a" * 32),
        ("Z999", "Z999"),
        ("a___", "a___"),
        ("@fail_privacy", "fail_privacy"),
        ("https", "https"),
    ],
)
def test_username_is_read_from_every_usual_spelling(text: str, username: str) -> None:
    assert parse_username(text) == username


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "abc",
        "a" * 33,
        "1abcd",
        "_abcd",
        "ab-cd",
        "ab cd",
        "ab.cd",
        "@@abcd",
        "@t.me/abcd",
        "t.me/@abcd",
        "t.me/",
        "t.me//abcd",
        "t.me/abcd/12",
        "t.me/abcd//",
        "https://t.me/+AbCdEf",
        "https://t.me/abcd?start=1",
        "https://t.me.evil.example/abcd",
        "https://example.com/abcd",
        "ftp://t.me/abcd",
        "tXme/abcd",
        "httpſ://t.me/abcd",
        "\u212aelvin",
        "Мария",
        "abc\u0661",
        "abcd\0",
        "abcd\nefgh",
        "7421",
        "a" * 100_000,
    ],
)
def test_text_that_is_not_a_username_is_refused(text: str) -> None:
    with pytest.raises(InvalidUsername) as caught:
        parse_username(text)
    assert caught.value.code == "invalid_username"
    assert isinstance(caught.value, InvalidValue)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("sarah@example.com", "sarah@example.com"),
        (" Sarah.Miller+CRM@Example.COM ", "sarah.miller+crm@example.com"),
        ("o'brien_{x}=!#$%&*/?^`|~-@a-b.example.co.uk", "o'brien_{x}=!#$%&*/?^`|~-@a-b.example.co.uk"),
        ("Мария@Пример.РФ", "мария@xn--e1afmkfd.xn--p1ai"),
        ("мария@xn--E1AFMKFD.XN--P1AI", "мария@xn--e1afmkfd.xn--p1ai"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("Straße@example.com", "strasse@example.com"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("Cafe\u0301@example.com", "caf\u00e9@example.com"),
        ("CAF\u00c9@example.com", "caf\u00e9@example.com"),
        ("a@пример\u3002рф", "a@xn--e1afmkfd.xn--p1ai"),
        ("a@نامه\u200cای.com", "a@xn--mgba3gch31f060k.com"),
        ("a@1and1.com", "a@1and1.com"),
        ("a@R3---sn.example.com", "a@r3---sn.example.com"),
        ("l" * 64 + "@example.com", "l" * 64 + "@example.com"),
        ("a@" + "d" * 63 + ".com", "a@" + "d" * 63 + ".com"),
    ],
)
def test_address_is_brought_into_its_normal_form(text: str, key: str) -> None:
    assert email_key(text) == key
    assert email_key(key) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "sarah",
        "@example.com",
        "sarah@",
        "sarah@localhost",
        "a b@example.com",
        "a@b@example.com",
        '"a b"@example.com',
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a@example..com",
        "a@.example.com",
        "a@example.com.",
        "a@-example.com",
        "a@example-.com",
        "a@exa_mple.com",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@example.1",
        "a,b@example.com",
        "<a@example.com>",
        "a@example.com\nBcc: x@example.com",
        "a\0@example.com",
        "a@example.com\0",
        "\ud800@example.com",
        "a@\ud800.com",
        "a@xn--\u0430.com",
        "a@\u200d.com",
        "a@приме р.рф",
        "sar\u200bah@example.com",
        "sarah\u00ad@example.com",
        "\ufeffsarah@example.com",
        "sarah@exam\u200bple.com",
        "sarah@exam\u00adple.com",
        "sarah@example\u2060.com",
        "\u202esarah@example.com",
        "sarah\ufe0f@example.com",
        "\u0645\u200c\u0645@example.com",
        "sar\u034fah@example.com",
        "l" * 65 + "@example.com",
        "я" * 33 + "@example.com",
        "a@" + "d" * 64 + ".com",
        "a@" + ("d" * 60 + ".") * 5 + "com",
        "[email protected]",
        "a@" + "я" * 200_000 + ".рф",
    ],
)
def test_text_that_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidEmail) as caught:
        email_key(text)
    assert caught.value.code == "invalid_email"
    assert str(caught.value) == "not a valid e-mail address"


def test_normal_form_of_a_random_address_is_its_own_normal_form() -> None:
    generator = random.Random(5321)
    accepted = 0
    for _ in range(20_000):
        text = "".join(generator.choices("aZ9.-_@@ßЯé\u0301\u200d。\ud800İ:x", k=generator.randint(3, 9))) + ".com"
        try:
            key = email_key(text)
        except InvalidEmail:
            continue
        accepted += 1
        assert email_key(key) == key
        assert key.rpartition("@")[2].isascii()
    assert accepted > 100


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Sarah MILLER", "miller"),
        ("Мария Иванова", "ИВАН"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("İSTANBUL", "İstan"),
        ("Diyarbakır", "DIYARBAKIR"),
        ("ﬁnance", "FIN"),
        ("Ｆｕｌｌ", "full"),
        ("Cafe\u0301", "CAF\u00c9"),
        ("Գևորգ", "ԳԵՒՈՐԳ"),
        ("Ქართული", "ქართ"),
        ("Ꭰꭰ", "ꭰ"),
        ("\u212a", "k"),
        ("한글", "\u1112\u1161\u11ab"),
    ],
)
def test_folded_text_contains_the_folded_search_text(text: str, search: str) -> None:
    assert fold(search) in fold(text)


@pytest.mark.parametrize(("text", "other"), [("café", "cafe"), ("и", "й"), ("a", "b"), ("東京", "京都")])
def test_different_letters_stay_different(text: str, other: str) -> None:
    assert fold(text) != fold(other)


def test_folding_a_character_twice_changes_nothing() -> None:
    for number in range(sys.maxunicode + 1):
        once = fold(chr(number))
        assert once == chr(number) or fold(once) == once, hex(number)  # most characters are folded already


def test_folding_combined_characters_twice_changes_nothing_and_case_does_not_matter() -> None:
    generator = random.Random(146)
    for _ in range(20_000):
        text = "".join(generator.choices("iıİIßſǰΐςÅΣя\u0345\u0307\u0323\u0301\u0130Ŀ", k=4))
        assert fold(fold(text)) == fold(text)
        # U+0345 folds to a letter, and a mark after it then belongs to that letter: a different text.
        letters = text.replace("\u0345", "")
        assert fold(letters.casefold()) == fold(letters)


def test_folded_ascii_is_lower_case() -> None:
    text = "".join(map(chr, range(128)))
    assert fold(text) == text.lower()


# --- Any text ---------------------------------------------------------------------------------------------------------
# Mostly characters that mean something here, so that much of it is accepted.
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=40),
    st.text("aZ9_@./- \u2000\u0301\u0345İßЯ", max_size=40),
    st.from_regex(r"\A ?(@|https?://t\.me/|telegram\.me/)?[A-Za-z0-9_]{1,40}/? ?\Z"),
    st.from_regex(r"\A\w{1,8}@\w{1,8}\.[a-z]{2,3}\Z"),
)


@examples(200)
@given(ANY_TEXT)
def test_username_of_any_text_is_its_own_normal_form_in_each_spelling(text: str) -> None:
    try:
        username = parse_username(text)
    except InvalidUsername:
        return
    assert username in text
    for spelling in (username, f"@{username}", f"https://t.me/{username}", f" {username} "):
        assert parse_username(spelling) == username


@examples(200)
@given(ANY_TEXT)
def test_key_of_any_address_is_its_own_key(text: str) -> None:
    try:
        key = email_key(text)
    except InvalidEmail:
        return
    assert email_key(key) == key
    assert email_key(f" {text} ") == key


@examples(200)
@given(ANY_TEXT)
def test_any_tag_is_its_own_normal_form(text: str) -> None:
    assert tag(tag(text)) == tag(text)


@examples(200)
@given(ANY_TEXT)
def test_folding_any_text_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)

import math
import re
import string
import zlib
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys import tokens
from apikeys.tokens import Token, digest, display, generate, is_well_formed, redact
from tests.fuzzing import examples

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BODY = "cs_live_a4f9_" + "k" * 30
GOOD = BODY + tokens._checksum(BODY)


@pytest.mark.parametrize("mode", ["live", "test"])
def test_a_token_has_the_documented_format(mode: str) -> None:
    token = generate(mode)
    assert re.fullmatch(rf"cs_{mode}_[0-9a-f]{{4}}_[0-9A-Za-z]{{36}}", token.text)
    assert token.text.startswith(token.prefix + "_")
    assert token.prefix == token.text[:12]
    assert is_well_formed(token.text)


def test_the_secret_holds_160_bits_and_never_repeats() -> None:
    assert tokens._RANDOM_LENGTH * math.log2(62) >= 160
    made = [generate("live").text for _ in range(500)]
    assert len(set(made)) == 500
    # 15,000 draws: each of the 62 characters is seen, at every one of the 30 positions more than one.
    assert set("".join(text[13:43] for text in made)) == set(BASE62)
    assert all(len({text[position] for text in made}) > 40 for position in range(13, 43))


def test_the_checksum_is_the_crc32_of_all_before_it_in_base62() -> None:
    number = 0
    for character in GOOD[-6:]:
        number = number * 62 + BASE62.index(character)
    assert number == zlib.crc32(GOOD[:-6].encode())


def test_a_small_checksum_is_padded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "crc32", lambda data: 61)
    assert tokens._checksum("x") == "00000z"
    monkeypatch.setattr(zlib, "crc32", lambda data: 2**32 - 1)
    assert tokens._checksum("x") == "4gfFC3"


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError):
        generate("prod")


def test_every_single_typo_is_refused() -> None:
    assert is_well_formed(GOOD)
    for position in range(len(GOOD)):
        for character in "0aZ_é":
            if GOOD[position] != character:
                assert not is_well_formed(GOOD[:position] + character + GOOD[position + 1 :])


def test_every_truncation_and_swap_is_refused() -> None:
    token = generate("test").text
    assert not any(is_well_formed(token[:length]) for length in range(len(token)))
    for position in range(13, len(token) - 1):
        left, right = token[position], token[position + 1]
        if left != right:
            assert not is_well_formed(token[:position] + right + left + token[position + 2 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cs_live_",
        GOOD + "\n",
        " " + GOOD,
        GOOD + "0",
        GOOD.upper(),
        GOOD.replace("cs_", "sk_"),
        GOOD.replace("live", "test"),
        "\0",
        "Bearer " + GOOD,
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    assert not is_well_formed(text)


def test_digest_is_sha256_of_the_whole_token() -> None:
    assert digest(GOOD) == sha256(GOOD.encode()).digest()
    assert len(digest("")) == 32


def test_display_shows_the_prefix_only() -> None:
    assert display("cs_live_a4f9") == "cs_live_a4f9_…"


def test_no_representation_shows_the_secret() -> None:
    token = Token(text=GOOD, prefix="cs_live_a4f9")
    for shown in (repr(token), str(token), f"{token}", f"{[token]}", "%s" % (token,)):  # noqa: UP031
        assert "k" * 5 not in shown
        assert "cs_live_a4f9" in shown
    assert token.text == GOOD


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"Authorization: Bearer {GOOD}", "Authorization: Bearer cs_live_a4f9_…"),
        (f'{{"token": "{GOOD}", "n": 1}}', '{"token": "cs_live_a4f9_…", "n": 1}'),
        (f"{GOOD} and {GOOD}", "cs_live_a4f9_… and cs_live_a4f9_…"),
        (f"x{GOOD}", "xcs_live_a4f9_…"),
        (f"/v1/me?key={GOOD}&a=1", "/v1/me?key=cs_live_a4f9_…&a=1"),
        (GOOD[:20], "cs_live_a4f9_…"),
        (GOOD[:14], "cs_live_a4f9_…"),
        (GOOD.upper(), "CS_LIVE_A4F9_…"),
        (GOOD.replace("_a4f9_", "_"), "cs_live_…"),
        (GOOD.replace("_a4f9_", "_xyzabc_"), "cs_live_…"),
        ("cs_test_00ff_abc-def_ghi.", "cs_test_00ff_…."),
        ("key cs_live_a4f9_… created", "key cs_live_a4f9_… created"),
        ("key cs_live_a4f9 revoked", "key cs_live_a4f9 revoked"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_redact_hides_secrets_and_keeps_the_rest(line: str, expected: str) -> None:
    assert redact(line) == expected
    assert redact(expected) == expected


def test_redact_catches_every_generated_token() -> None:
    for _ in range(200):
        token = generate("live")
        assert redact(f"<{token.text}>") == f"<{display(token.prefix)}>"


@examples(200)
@given(st.text(st.one_of(st.sampled_from("cs_live0aZ"), st.characters()), max_size=60))
def test_any_text_can_be_checked_and_redacted_twice(text: str) -> None:
    assert is_well_formed(text) is False
    assert redact(redact(text)) == redact(text)

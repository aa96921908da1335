"""A tag has one form, in which it is stored and compared, and no characters that show nothing."""

from importlib import import_module
from typing import Any

import jsonschema_rs
import pytest
from django.apps import apps

from contacts import normalization
from contacts.models import Contact, ContactTag
from contacts.validation import MAX_TAG, TAG, read_tags
from crmsolid.core.errors import DomainError
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors
from tests.panel import browser
from tests.tenants import Api, Tenants

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"

ACCEPTED = [
    "vip", "a b", "caf\u00e9", "cafe\u0301", "клиент", "顧客", "고객", "👩\u200d💻", "🏳\ufe0f\u200d🌈", "❤\ufe0f",
    "❤\ufe0e", "👍🏽", "1\ufe0f\u20e3", "©\ufe0f", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0915\u094d\u200d\u0937", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "葛\U000e0100城", "\u1820\u180b",
    " vip ", "\u00a0vip\u3000", "t" * 64, " " * 500 + "t" * 64, "😀" * 64,
]  # fmt: skip
REFUSED = [
    "", " ", "\t", "\u3000", "a\tb", "a\x07", "\x85", "vi\u00adp", "vi\u200bp", "vip\u200b", "\u200bvip", "vi\u200ep",
    "\u202evip", "vi\u2060p", "vi\u2064p", "\ufeffvip", "vip\ufeff", "vi\u034fp", "\u3164", "\u115f", "t" * 65,
    "e\u0301" * 33, "\u2066vip\u2069",
]  # fmt: skip
# What stands beside a character decides, which a pattern that every reader of the document understands cannot say.
STRAY = [
    "vi\u200cp", "vi\u200dp", "vip\u200d", "\u200dvip", "vip\ufe0f", "vip\ufe0e", "vi\U000e0020p", "кли\u200dент",
    "кли\u200cент", "\u200c", "👩\u200d", "\u200d💻", "👩\u200d\u200d💻", "\u0645\u200ca", "a\u200c\u0645",
]  # fmt: skip


def refusal(text: str) -> str | None:
    """The code with which the tag is refused."""
    try:
        read_tags([text])
        return None
    except DomainError as error:
        assert [each.field for each in error.errors] == ["tags"]
        return error.errors[0].code


@pytest.mark.parametrize(
    ("texts", "code"), [(ACCEPTED, None), (REFUSED, "invalid_tag"), (STRAY, "invisible_characters")]
)
def test_tag_is_refused_if_a_character_of_it_shows_nothing(texts: list[str], code: str | None) -> None:
    schema = jsonschema_rs.Draft202012Validator({"type": "string", "pattern": TAG})
    assert [text for text in texts if refusal(text) != code] == []
    assert [text for text in texts if schema.is_valid(text) is not (code != "invalid_tag")] == []


def test_pattern_of_a_tag_needs_no_lookaround_and_no_characters_beyond_the_basic_plane() -> None:
    """Go, Rust and JavaScript without the flag u could not compile it otherwise."""
    assert "(?" not in TAG
    assert all(ord(character) <= 0xFFFF for character in TAG)


def test_tag_that_becomes_longer_than_its_column_is_refused() -> None:
    assert len(normalization.tag("\u0958" * 40)) == 80
    assert refusal("\u0958" * 40) == "invalid_tag"
    assert read_tags(["\u0958" * 32]) == ["\u0915\u093c" * 32]


def test_checking_a_tag_of_one_mebibyte_is_cheap_because_of_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pattern: str, text: str) -> bool:
        assert len(text) <= MAX_TAG
        return True

    monkeypatch.setattr("contacts.validation.matches", fail)
    assert read_tags([" " * 1_000_000 + "t"]) == ["t"]
    assert refusal("t" * 1_000_000) == "invalid_tag"


def test_decomposed_tag_is_the_composed_one_wherever_it_is_sent(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=[DECOMPOSED, COMPOSED])
    assert contact["tags"] == [COMPOSED]
    path = f"/v1/contacts/{contact['id']}"
    assert ours.get("/v1/contacts", {"tag": DECOMPOSED}).json()["data"][0]["tags"] == [COMPOSED]
    unchanged = ours.patch(path, {"tags": [DECOMPOSED]})
    assert (unchanged.json()["tags"], unchanged.json()["updated_at"]) == ([COMPOSED], contact["updated_at"])
    both = ours.post(f"{path}/tags", {"add": [COMPOSED], "remove": [DECOMPOSED]})
    assert field_errors(both) == [("remove", "ambiguous")]
    assert ours.post(f"{path}/tags", {"remove": [DECOMPOSED]}).json()["tags"] == []
    assert ours.post(f"{path}/tags", {"add": [DECOMPOSED]}).json()["tags"] == [COMPOSED]
    assert list(ContactTag.unscoped.values_list("name", flat=True)) == [COMPOSED]


def test_key_without_read_scope_is_answered_the_composed_tag(write_only: Api, upsert: Upsert) -> None:
    upsert(username="sarah", tags=["vip"])
    assert write_only.post("/v1/contacts", {"username": "sarah", "tags": [DECOMPOSED]}).json()["tags"] == [COMPOSED]


@pytest.mark.parametrize("body", [{"add": ["vi\u200bp"]}, {"remove": ["vip\u00ad"]}])
def test_look_alike_of_a_tag_is_refused_and_changes_nothing(ours: Api, upsert: Upsert, body: Any) -> None:
    contact = upsert(username="sarah", tags=["vip"])
    assert field_errors(ours.post(f"/v1/contacts/{contact['id']}/tags", body)) == [(*body, "invalid_tag")]
    assert list(ContactTag.unscoped.values_list("name", flat=True)) == ["vip"]


def test_search_in_the_panel_finds_a_tag_in_both_forms(tenants: Tenants, upsert: Upsert) -> None:
    upsert(username="sarah", tags=[COMPOSED])
    for form in (COMPOSED, DECOMPOSED):
        answer = browser(tenants.owner).get("/panel/live/contacts/tags/", {"from": form})
        assert [tag.name for tag, _, _ in answer.context["tags"]] == [COMPOSED]


def test_migration_gives_existing_tags_their_normal_form(tenants: Tenants) -> None:
    first, second = (Contact.unscoped.create(workspace=tenants.workspace, name=name) for name in ("one", "two"))
    tags = [(first, DECOMPOSED), (first, COMPOSED), (second, DECOMPOSED), (second, "vip"), (second, "\u0958" * 64)]
    for contact, name in tags:
        ContactTag.unscoped.create(workspace=tenants.workspace, contact=contact, name=name)
    import_module("contacts.migrations.0003_normal_tags").normalize(apps, None)
    rows = ContactTag.unscoped.order_by("contact__name", "name").values_list("contact__name", "name")
    assert list(rows) == [("one", COMPOSED), ("two", COMPOSED), ("two", "vip"), ("two", "\u0958" * 64)]

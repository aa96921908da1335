"""The registry of event types."""

import pytest

from crmsolid.events.catalogue import declare, event_names, event_type, subscribable_names


def test_types_are_listed_by_name_and_ping_last() -> None:
    names = subscribable_names()
    assert names == sorted(names)
    assert "contact.created" in names and "job.completed" in names and "subscription.upgraded" in names
    assert event_names() == [*names, "ping"]


def test_an_undeclared_type_is_unknown() -> None:
    with pytest.raises(KeyError):
        event_type("message.lost")


def test_a_second_different_declaration_is_refused() -> None:
    declared = event_type("contact.created")
    with pytest.raises(ValueError, match=r"contact\.created"):
        declare("contact.created", "Something else.")
    assert event_type("contact.created") is declared

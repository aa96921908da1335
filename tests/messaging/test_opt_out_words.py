"""Opt-out words: what opts a contact out, what does not, and what follows."""

import pytest

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.models import Workspace
from messaging.models import Account, OptOutWord
from messaging.services import send_message
from messaging.texts import add_opt_out_word, remove_opt_out_word
from messaging.threads.received import receive
from tests.messaging.helpers import events
from tests.messaging.test_inbox import incoming
from tests.tenants import Tenants


def opted_out() -> bool:
    return Contact.unscoped.get().opted_out


def words(workspace: Workspace) -> list[str]:
    return list(OptOutWord.objects.for_workspace(workspace).order_by("word").values_list("word", flat=True))


@pytest.mark.parametrize("text", ["/stop", "stop", "STOP", "  Stop.\n", "Stop!!"])
def test_a_message_that_is_an_opt_out_word_opts_out(sandbox: Account, text: str) -> None:
    receive(sandbox, incoming(text=text))
    assert opted_out()
    told = [event["event"] for event in events()]
    assert told == ["contact.created", "message.received", "contact.opted_out", "contact.stage_changed"]


@pytest.mark.parametrize("text", ["please stop", "stop it", "stop\nstop", "sto p", "", ".", "stop " * 1000])
def test_a_message_that_only_contains_the_word_does_not(sandbox: Account, text: str) -> None:
    receive(sandbox, incoming(text=text))
    assert not opted_out()


def test_the_word_typed_on_the_accounts_own_phone_does_not(sandbox: Account) -> None:
    receive(sandbox, incoming(text="stop", outgoing=True))
    assert not opted_out()


def test_who_opted_out_is_sent_nothing(sandbox: Account, tenants: Tenants) -> None:
    receive(sandbox, incoming(text="stop"))
    with pytest.raises(DomainError) as refused:
        send_message(tenants.actor(), account_id=sandbox.pk, to="@alice", text="Hello")
    assert refused.value.code == "contact_opted_out"


def test_words_are_those_of_the_workspace(sandbox: Account, tenants: Tenants) -> None:
    added, created = add_opt_out_word(tenants.actor(), "  СТОП ")
    assert (added.word, created) == ("стоп", True)
    assert add_opt_out_word(tenants.actor(), "стоп!") == (added, False)
    assert (words(tenants.workspace), words(tenants.other)) == (["/stop", "stop", "стоп"], ["/stop", "stop"])
    receive(tenants.sandbox(tenants.other), incoming(text="Стоп"))
    assert not opted_out()


def test_a_word_that_was_removed_means_nothing(sandbox: Account, tenants: Tenants) -> None:
    remove_opt_out_word(tenants.actor(), OptOutWord.objects.for_workspace(tenants.workspace).get(word="stop").pk)
    receive(sandbox, incoming(text="stop"))
    assert not opted_out()


@pytest.mark.parametrize("word", ["", " . ", "x" * 65])
def test_a_word_of_a_wrong_length_is_refused(tenants: Tenants, word: str) -> None:
    with pytest.raises(DomainError) as refused:
        add_opt_out_word(tenants.actor(), word)
    assert (refused.value.code, words(tenants.workspace)) == ("validation_failed", ["/stop", "stop"])

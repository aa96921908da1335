"""Texts come with the line ends of a browser; what is stored and sent has line feeds alone, as Telegram's copy has."""

import pytest

from contacts.models import Contact
from messaging.models import Account, Message
from messaging.sending import claiming, dispatch
from messaging.texts import create_template
from sequences.models import Step
from tests.messaging.broadcasts.helpers import start
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, send, stored
from tests.sequences.helpers import create
from tests.tenants import Tenants

WINDOWS, UNIX = "one\r\ntwo\rthree", "one\ntwo\nthree"


def test_texts_that_are_kept_have_line_feeds(sandbox: Account, tenants: Tenants) -> None:
    assert stored(send(sandbox, "@alice", WINDOWS)).text == UNIX
    assert create_template(tenants.actor(), name="Lines", text=WINDOWS).text == UNIX
    Contact.unscoped.create(workspace=sandbox.workspace, username="bobby", username_key="bobby")
    assert start(sandbox, text=WINDOWS).text == UNIX
    create(sandbox, steps=[{"text": WINDOWS}])
    assert Step.unscoped.get().text == UNIX


@pytest.mark.parametrize("rendered", [False, True])
def test_message_that_was_stored_before_is_sent_with_line_feeds(
    rendered: bool, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ScriptedGateway().install(monkeypatch)
    message = send(sandbox, "@alice", "Hi")
    Message.unscoped.filter(pk=message.pk).update(text=WINDOWS, rendered=rendered)
    dispatch.dispatch()
    assert [each.text for each in gateway.requests] == [UNIX]


def test_value_of_a_contact_is_sent_with_line_feeds(sandbox: Account, frozen_time: FrozenTime) -> None:
    message = send(sandbox, "@alice", "{name}")
    Contact.unscoped.update(name=WINDOWS)
    claim = claiming.claim(message.pk)
    assert claim is not None and claim.outgoing.text == UNIX

from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging import services
from messaging.models import Message, SpentSlot, Thread
from messaging.sending import dispatch
from messaging.telegram_models import PeerHash
from tests.cast import Api, Cast


def test_a_person_is_erased_with_their_messages_and_the_limit_still_counts(api: Api, cast: Cast) -> None:
    account = services.create_sandbox_account(Actor.command(cast.workspace, "tests"), name="ours")
    client = api(cast.key())
    body = {"account_id": account.pk, "to": "@sarah_miller", "text": "a secret word"}
    sent = client.post("/v1/messages/send", body, idempotency_key="first").json()
    dispatch.dispatch()
    waiting = client.post("/v1/messages/send", body).json()
    message = Message.objects.for_workspace(cast.workspace).get(pk=sent["id"])
    assert message.status == "sent"
    kept = client.get(f"/v1/contacts/{message.contact_id}/data").json()
    assert [row["text"] for row in kept["messages"]] == ["a secret word", "a secret word"]

    assert client.delete(f"/v1/contacts/{message.contact_id}").status_code == 204

    assert client.get(f"/v1/messages/{sent['id']}").json()["code"] == "not_found"
    assert client.get(f"/v1/messages/{waiting['id']}").json()["code"] == "not_found"
    assert not Thread.objects.for_workspace(cast.workspace).exists()
    assert [row.slot_at for row in SpentSlot.objects.for_workspace(cast.workspace)] == [message.slot_at]
    assert client.get(f"/v1/accounts/{account.pk}").json()["used_today"] == 1
    assert client.get(f"/v1/accounts/{account.pk}").json()["left_today"] == 49
    assert all(b"secret" not in bytes(event.body) for event in Event.objects.for_workspace(cast.workspace))
    assert client.post("/v1/messages/send", body, idempotency_key="first").json()["code"] == "erased"
    assert dispatch.dispatch() == 0


def test_how_accounts_address_a_person_on_telegram_goes_too(api: Api, cast: Cast) -> None:
    account = services.create_sandbox_account(Actor.command(cast.workspace, "tests"), name="ours")
    made = api(cast.key()).post("/v1/contacts", {"username": "@Sarah_Miller"}).json()
    for peer, username in ((1, "sarah_miller"), (2, "somebody_else")):
        PeerHash.unscoped.create(
            workspace=cast.workspace, account=account, peer_id=peer, access_hash=5, username=username
        )
    PeerHash.unscoped.create(
        workspace=cast.other,
        account=services.create_sandbox_account(Actor.command(cast.other, "tests"), name="theirs"),
        peer_id=1,
        access_hash=5,
        username="sarah_miller",
    )
    assert api(cast.key()).delete(f"/v1/contacts/{made['id']}").status_code == 204
    left = PeerHash.unscoped.order_by("pk").values_list("workspace__slug", "username")
    assert list(left) == [("acme", "somebody_else"), ("rival", "sarah_miller")]

"""``python -m tests.browser.demo_workspace`` fills the database of this environment with a workspace that looks like
one in use, for the screenshots in the docs. It prints a session of its owner and the ids of some rows, as JSON."""

import json
from datetime import timedelta
from typing import Any

import django

from tests.browser.demo_reports import fill_months

PEOPLE = (  # name, username, company, stage, score, tags, minutes since the last message, whether it is unread
    ("Sarah Miller", "sarah_miller", "Brightside Media", "qualified", 82, ("trial", "fair-may"), 14, True),
    ("Jonas Weber", "jonasweber", "Weber & Söhne", "replied", 61, ("trial",), 95, True),
    ("Amara Okafor", "amara_okafor", "Lagos Logistics", "replied", 57, ("partner",), 190, True),
    ("Lucía Fernández", "luciafdz", "Estudio Norte", "contacted", 24, ("trial",), 410, False),
    ("Kenji Watanabe", "kenji_w", "Hoshi Robotics", "won", 97, ("customer", "enterprise"), 1300, False),
    ("Elena Popova", "elena_popova", "Baltika Travel", "contacted", 18, ("webinar-june",), 1700, False),
    ("Tom Becker", "tombecker", "Hafen Coffee", "lost", 9, ("trial",), 2900, False),
    ("Priya Raman", "priya_raman", "Saffron Foods", "qualified", 74, ("customer",), 4200, False),
    ("Noah Lindqvist", "noahlq", "Fjord Design", "new", 5, ("webinar-june",), 0, False),
    ("Chloé Martin", "chloemartin", "Atelier Martin", "new", 0, ("trial",), 0, False),
    ("Marek Nowak", "mareknowak", "Nowak Print", "contacted", 31, ("partner",), 0, False),
    ("Hana Kim", "hana_kim", "Seoul Stage", "new", 12, ("webinar-june", "trial"), 0, False),
)
TALK = (
    ("out", "Hi {first}, thanks for trying Harbor. What are you hoping to see in the first week?"),
    ("in", "Mostly who answers and who does not. We write to about 300 people a month."),
    ("out", "Then start with one sequence of three steps. Shall I set up a first one with you?"),
    ("in", "Yes please. Would Thursday at 10 work?"),
)
# What somebody wrote last, instead of the end of the conversation.
LAST = {
    "jonasweber": "Is the invoice for November out yet?",
    "amara_okafor": "Can two of us use the same account?",
    "luciafdz": "¿Podemos empezar ya el lunes?",
}
CONFIGURATION: dict[str, Any] = {
    "custom_fields": [
        {"key": "company", "label": "Company", "type": "text", "choices": []},
        {"key": "seats", "label": "Seats", "type": "number", "choices": []},
        {"key": "renewal", "label": "Renewal", "type": "date", "choices": []},
        {"key": "plan", "label": "Plan", "type": "choice", "choices": ["Trial", "Team", "Enterprise"]},
    ],
    "templates": [{"name": "Intro", "text": "Hi {first_name|there}, how is {company|your team} doing?"}],
}


def main() -> None:
    django.setup()
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.configuration import apply_configuration
    from crmsolid.workspaces.models import Plan, User
    from crmsolid.workspaces.services import create_workspace
    from messaging.accounts import create_sandbox_account
    from tests.panel import browser

    owner = User.objects.create_user("dana@harbor.example", None, name="Dana Fischer")
    workspace = create_workspace(slug="harbor", name="Harbor", owner=owner, plan=Plan.BUSINESS)
    actor = Actor.command(workspace, "demo")
    sales = create_sandbox_account(actor, name="Dana, sales", daily_limit=200)
    support = create_sandbox_account(actor, name="Support", daily_limit=80)
    apply_configuration(actor, CONFIGURATION)
    contacts = [_contact(actor, *person[:6]) for person in PEOPLE]
    threads = [
        _conversation(workspace, sales, contact, minutes, is_unread)
        for contact, (*_, minutes, is_unread) in zip(contacts, PEOPLE, strict=True)
        if minutes
    ]
    _media(threads[0])
    made = {
        "session": browser(owner).cookies["sessionid"].value,
        "messaging.thread": threads[0].pk,
        "contacts.contact": contacts[0].pk,
        "sequences.sequence": _sequence(actor, sales, contacts[8:]),
        "messaging.broadcast": _broadcast(actor, sales),
        "webhooks.endpoint": _webhooks(actor),
    }
    _keys_and_jobs(actor)
    team = _day(workspace, owner, threads)
    fill_months(workspace, [sales, support], team, made["sequences.sequence"])
    print(json.dumps(made))


def _contact(actor: Any, name: str, username: str, company: str, stage: str, score: int, tags: Any) -> Any:
    from contacts.models import Contact
    from contacts.scoring.services import adjust_score
    from contacts.services import upsert_contact
    from crmsolid.core import clock

    email = f"{username.replace('_', '.')}@{company.split()[0].lower().encode('ascii', 'ignore').decode()}.example"
    fields = {"username": f"@{username}", "name": name, "email": email, "tags": list(tags)}
    contact = upsert_contact(actor, {**fields, "custom_fields": {"company": company, "seats": score // 4 + 1}}).contact
    if score:
        adjust_score(actor, contact.id, points=score, note="Webinar and answers")
    Contact.unscoped.filter(pk=contact.id).update(stage=stage, created_at=clock.now() - timedelta(days=score // 3 + 1))
    return Contact.unscoped.get(pk=contact.id)


def _conversation(workspace: Any, account: Any, contact: Any, minutes: int, is_unread: bool) -> Any:
    from contacts.models import Contact
    from crmsolid.core import clock
    from messaging.models import Message, Thread

    last = clock.now() - timedelta(minutes=minutes)
    common = {"workspace": workspace, "account": account, "contact": contact}
    thread = Thread.unscoped.create(**common, last_message_at=last, unread_count=int(is_unread), created_at=last)
    last_words = LAST.get(contact.username)
    talk = TALK if is_unread or last_words else TALK[:-1]
    for position, (direction, text) in enumerate([*talk[:-1], ("in", last_words)] if last_words else talk):
        at = last - timedelta(minutes=37 * (len(talk) - 1 - position))
        times = {"created_at": at, "sent_at": at}
        status = "sent" if direction == "out" else "received"
        text = text.format(first=contact.first_name)
        Message.unscoped.create(**common, **times, thread=thread, direction=direction, status=status, text=text)
    Contact.unscoped.filter(pk=contact.pk).update(last_in_at=last)
    return thread


def _media(thread: Any) -> None:
    """A photo and a voice message, before the last message of the conversation."""
    from tests.browser.media import add_media, picture, voice

    for minutes, kind, name, content, text in (
        (22, "photo", "stand.jpg", picture(960, 560), "Our stand at the fair"),
        (9, "voice", "voice.ogg", voice(24), ""),
    ):
        at = thread.last_message_at - timedelta(minutes=minutes)
        add_media(thread, [(kind, name, content)], text=text, created_at=at, sent_at=at)


def _day(workspace: Any, owner: Any, threads: list[Any]) -> list[Any]:
    """Who waits, for whom of the team; what comes back, goes out and has failed today. Returns the team."""
    from contacts.models import ContactImport
    from contacts.notes import add_note
    from crmsolid.core import clock
    from crmsolid.jobs.models import Job
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.authors import author_of
    from crmsolid.workspaces.models import Membership, User
    from messaging.authors import columns_of
    from messaging.models import Message, Thread

    now = clock.now()
    team = [owner]
    for name in ("Marta Silva", "Ben Osei"):
        user = User.objects.create_user(f"{name.split()[0].lower()}@harbor.example", None, name=name)
        Membership.unscoped.create(workspace=workspace, user=user, role="agent")
        team.append(user)
    actors = [Actor.member(each, workspace) for each in Membership.unscoped.filter(workspace=workspace).order_by("pk")]
    # By the thread: since how many minutes its customer waits, and for whom.
    for thread, minutes, member in ((threads[0], 4, 0), (threads[1], 11, 0), (threads[2], 18, 1), (threads[3], 100, 2)):
        since = now - timedelta(minutes=minutes)
        Thread.unscoped.filter(pk=thread.pk).update(waiting_since=since, assignee=team[member])
        written = Message.unscoped.filter(thread=thread, direction="out", source="direct")
        written.update(**columns_of(author_of(actors[member])))
    add_note(
        actors[2],
        threads[0].contact_id,
        text="They compare us with two others and decide this week. @Dana Fischer, please offer the annual price.",
        thread_id=threads[0].pk,
    )
    Thread.unscoped.filter(pk=threads[4].pk).update(snoozed_until=now + timedelta(minutes=3))
    common = {"workspace": workspace, "account_id": threads[5].account_id}
    out = {**common, "direction": "out", "thread": threads[5], "contact_id": threads[5].contact_id}
    planned = {"status": "queued", "eta": now + timedelta(minutes=5), "text": "Your invoice is ready."}
    Message.unscoped.create(**out, **planned)
    out |= {"thread": threads[6], "contact_id": threads[6].contact_id, "error": "privacy_restricted"}
    Message.unscoped.create(**out, status="failed", text="Hello again", eta=now)
    Thread.unscoped.filter(pk=threads[6].pk).update(failed_at=now - timedelta(minutes=50))
    columns = {"columns": ["username"], "row_count": 1300}
    file = ContactImport.unscoped.create(workspace=workspace, name="trade-fair.csv", **columns)
    job = {"kind": "import", "scope": "write:contacts", "state": "running", "done": 1020, "total": 1300}
    Job.unscoped.create(workspace=workspace, object_id=file.pk, next_run_at=now + timedelta(days=1), **job)
    return team


def _sequence(actor: Any, account: Any, contacts: list[Any]) -> str:
    from crmsolid.workspaces.configuration import apply_configuration
    from sequences.models import Sequence
    from sequences.services import enroll_contact, start_sequence

    texts = (
        ("P1D", "Welcome to Harbor, {first_name|there}! Here is how others begin."),
        ("P2D", "Did the first import work for {company|you}?"),
        ("P4D", "Your trial ends in a week. Any questions that I can answer?"),
    )
    steps = [{"delay": delay, "text": text} for delay, text in texts]
    definition = {"name": "Trial onboarding", "account_ids": [account.pk], "stop_on": ["reply"], "steps": steps}
    apply_configuration(actor, {"sequences": [definition]})
    sequence = Sequence.objects.for_workspace(actor.workspace).get()
    start_sequence(actor, sequence.pk)
    for contact in contacts:
        enroll_contact(actor, sequence.pk, contact_id=contact.pk)
    return str(sequence.pk)


def _broadcast(actor: Any, account: Any) -> str:
    from messaging.broadcasts.definition import Definition
    from messaging.broadcasts.services import start_broadcast

    text = "Hi {first_name|there}, the recording of the June webinar is online."
    audience = {"tags": ["webinar-june"]}
    definition = Definition(name="Webinar recording", text=text, account_ids=(account.pk,), audience=audience)
    return str(start_broadcast(actor, definition).pk)


def _webhooks(actor: Any) -> str:
    from crmsolid.core import clock
    from crmsolid.events.models import Event
    from webhooks.models import Attempt, Delivery, Endpoint
    from webhooks.services import create_endpoint

    now, workspace = clock.now(), actor.workspace
    made = create_endpoint(actor, url="https://hooks.harbor.example/crm", events=["subscription.upgraded"])
    endpoint = made if isinstance(made, Endpoint) else made.endpoint
    Endpoint.unscoped.filter(pk=endpoint.pk).update(failing_since=now - timedelta(minutes=26))
    for number, event in enumerate(Event.unscoped.filter(workspace=workspace).order_by("-id")[:12]):
        accepted, at, retry = number > 2, now - timedelta(minutes=9 * number), now + timedelta(days=1)
        fields = {"status": "succeeded"} if accepted else {"status": "failed", "next_attempt_at": retry}
        common = {"workspace": workspace, "attempts": 1, "created_at": at, **fields}
        delivery = Delivery.unscoped.create(event=event, endpoint=endpoint, event_type=event.type, **common)
        answer = {"status": 200 if accepted else 503, "duration_ms": 84 + 7 * number, "at": at}
        Attempt.unscoped.create(workspace=workspace, delivery=delivery, number=1, url=endpoint.url, **answer)
    return str(endpoint.pk)


def _keys_and_jobs(actor: Any) -> None:
    from apikeys.models import ApiKey, KeyUse
    from apikeys.services import create_key
    from apikeys.uses import hour_began
    from crmsolid.core import clock
    from crmsolid.workspaces.actor import Scope

    reads = [scope for scope in Scope if scope.value.startswith("read:")]
    reporting = create_key(actor, name="Reporting", scopes=reads, expires_at=clock.now() + timedelta(days=9)).key
    shop = create_key(actor, name="Website form", scopes=[Scope.WRITE_CONTACTS]).key
    for key, call, most in ((reporting, "GET /v1/contacts", 90), (shop, "POST /v1/contacts", 34)):
        ApiKey.unscoped.filter(pk=key.pk).update(last_used_at=clock.now() - timedelta(minutes=most // 10))
        KeyUse.unscoped.bulk_create(
            KeyUse(
                workspace=actor.workspace,
                key=key,
                hour=hour_began() - timedelta(hours=back),
                call=call,
                code="",
                requests=most * (24 - abs(back - 8)) // 24 + back % 5,
            )
            for back in range(18)
        )


if __name__ == "__main__":
    main()

"""Tells members by Web Push and by e-mail of what they have not seen. Claimed before it is sent: once at most.

Alerts of test workspaces are only shown on their pages.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from crmsolid.core import clock
from crmsolid.core.batches import go_on_after_error
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.email import queue_email
from crmsolid.workspaces.models import Membership, Mode, User
from messaging.alerts import push, reading, wishes
from messaging.alerts.push import Push
from messaging.alerts.reading import Told
from messaging.alerts.recording import EMAIL, PUSH_AFTER_SECONDS
from messaging.models import Alert, AlertSettings

logger = logging.getLogger("crmsolid.alerts")

# Older ones are told by nothing but the pages.
TOLD_FOR = timedelta(hours=24)
# So many are told one by one; more of them, and what quiet hours have held back, in one summary.
MAX_SINGLE = 3
DELAYED = timedelta(minutes=5)
EMAIL_EVERY = timedelta(minutes=15)
MAX_LINES = 20


def tell_due() -> int:
    """Push and mail what is due; returns how many messages went out. The parts do not disturb each other."""
    told = 0
    with go_on_after_error(logger, "alerts were not pushed"):
        told += push_due()
    with go_on_after_error(logger, "alerts were not mailed"):
        told += mail_due()
    return told


# --- Web Push ---------------------------------------------------------------------------------------------------------
def push_due() -> int:
    """Push what is unseen for some seconds to the browsers of its users, outside of quiet hours."""
    now = clock.now()
    browser = push.alive().filter(user=OuterRef("user_id"), created_at__lte=OuterRef("told_at"))
    due = reading.unseen().filter(
        Exists(browser),
        workspace__mode=Mode.LIVE,
        pushed_at=None,
        told_at__gt=now - TOLD_FOR,
        told_at__lte=now - timedelta(seconds=PUSH_AFTER_SECONDS),
    )
    awake = _awake(due.order_by("user_id", "told_at", "pk"), now)
    claimed = _claim([alert for alert, _ in awake], now)
    wanted = {(alert.user_id, alert.workspace_id): wish for alert, wish in awake}
    pushes: list[Push] = []
    told = reading.in_words(claimed)
    browsers = defaultdict(list)
    for subscription in push.alive().filter(user__in={each.user_id for each in claimed}).select_related("session"):
        browsers[subscription.user_id].append(subscription)
    several = _users_of_several(browsers)
    for user_id, of_user in groupby(told, key=lambda each: each.alert.user_id):
        for payload in _payloads(list(of_user), wanted, now, is_labelled=user_id in several):
            pushes += [Push(each, payload, payload["tag"]) for each in browsers[user_id]]
    return push.send(pushes)


def _awake(due: "QuerySet[Alert]", now: datetime) -> list[tuple[Alert, AlertSettings]]:
    """Those of these alerts whose users have no quiet hours now, each with the settings that count."""
    alerts = list(due)
    members = Membership.unscoped.filter(
        user__in={each.user_id for each in alerts}, workspace__in={each.workspace_id for each in alerts}
    )
    stored = AlertSettings.unscoped.filter(user__in={each.user_id for each in alerts})
    by_place = {(row.user_id, row.workspace_id): row for row in stored}
    awake = {}
    for member in members.select_related("user", "workspace"):
        place = (member.user_id, member.workspace_id)
        wish = by_place.get(place) or wishes.defaults_of(member)
        if not wishes.is_quiet(wish, wishes.zone_of(member), now):
            awake[place] = wish
    found = ((each, awake.get((each.user_id, each.workspace_id))) for each in alerts)
    return [(alert, wish) for alert, wish in found if wish is not None]


@transaction.atomic
def _claim(due: Sequence[Alert], now: datetime) -> list[Alert]:
    """Those of these alerts that nobody else pushes and that are still unseen: they count as pushed now."""
    rows = Alert.unscoped.filter(pk__in=[each.pk for each in due], pushed_at=None, seen_at=None)
    ids = set(rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    Alert.unscoped.filter(pk__in=ids).update(pushed_at=now)
    return [each for each in due if each.pk in ids]


def _users_of_several(user_ids: Iterable[int]) -> set[int]:
    """Those of these users who are members of more than one workspace."""
    counted = Membership.unscoped.filter(user__in=list(user_ids)).values("user_id").annotate(number=Count("pk"))
    return set(counted.filter(number__gt=1).values_list("user_id", flat=True))


def _payloads(
    told: Sequence[Told], wanted: dict[Any, AlertSettings], now: datetime, *, is_labelled: bool
) -> list[dict[str, Any]]:
    """What the browsers of a user show: each of a few alerts, one summary of many or late ones."""
    if len(told) > MAX_SINGLE or (len(told) > 1 and any(each.alert.told_at < now - DELAYED for each in told)):
        names = list(dict.fromkeys(each.title for each in told))
        body = ", ".join(names[:MAX_SINGLE]) + (
            f" and {len(names) - MAX_SINGLE} more" if len(names) > MAX_SINGLE else ""
        )
        title = f"{len(told)} conversations need you"
        return [{"title": title, "body": body, "url": panel_url("inbox", side="live"), "tag": "summary"}]
    payloads = []
    for each in told:
        shows_text = wanted[each.alert.user_id, each.alert.workspace_id].texts
        payloads.append(
            {
                "title": reading.labelled(each, None) if is_labelled else each.title,
                "body": each.text if shows_text else without_text(each.alert),
                "url": each.address,
                "tag": each.alert.thread_id or each.alert.about,
            }
        )
    return payloads


def without_text(alert: Alert) -> str:
    """What is said of an alert to members who want no texts outside of the panel."""
    return {
        "message": "New message",
        "mention": "A note mentions you",
        "assigned": "You look after it now",
        "proposal": "A write waits for your decision",
    }[alert.kind]


def send_test(user: User) -> tuple[int, int]:
    """Push a test to the browsers of the user; returns how many got it, of how many."""
    browsers = push.browsers_of(user)
    payload = {
        "title": "CRM Solid",
        "body": "Notifications reach this browser.",
        "url": panel_url("alerts", side="live"),
        "tag": "test",
    }
    return push.send([Push(each, payload, "test") for each in browsers]), len(browsers)


# --- E-mail -----------------------------------------------------------------------------------------------------------
def mail_due() -> int:
    """Queue one e-mail for each user who was away while something waited, at most one in ``EMAIL_EVERY``. Where no
    mail server is set, none."""
    if not settings.EMAIL_HOST:
        return 0
    due = _unmailed(clock.now())
    sent = 0
    for user_id in list(due.order_by("user_id").values_list("user_id", flat=True).distinct()):
        with go_on_after_error(logger, "the alerts of a user were not mailed", user_id=user_id):
            sent += _mail(user_id)
    return sent


def _unmailed(now: datetime) -> "QuerySet[Alert]":
    """What nobody has seen or was mailed of, of users who have not been there since."""
    member = Membership.unscoped.filter(user=OuterRef("user_id"), workspace=OuterRef("workspace_id"))
    was_there = Membership.unscoped.filter(user=OuterRef("user_id"), last_seen_at__gte=OuterRef("created_at"))
    rows = reading.unseen().filter(
        Exists(member), ~Exists(was_there), workspace__mode=Mode.LIVE, emailed_at=None, created_at__gt=now - TOLD_FOR
    )
    return rows.select_related("user", "thread__contact", "workspace__live")


@transaction.atomic
def _mail(user_id: int) -> bool:
    """The e-mail and the marks of what it tells are one transaction; the user's row lets one process do it."""
    now = clock.now()
    user = User.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=user_id).first()
    if user is None or Alert.unscoped.filter(user=user_id, emailed_at__gt=now - EMAIL_EVERY).exists():
        return False
    # Locked, so that an erasure waits for the e-mail and deletes it. What is being changed is told the next time.
    due = _unmailed(now).filter(user=user_id).select_for_update(of=("self",), skip_locked=True)
    awake = _awake(due.order_by("created_at", "pk"), now)
    unanswered = [
        (alert, wish)
        for alert, wish in awake
        if wish.email_after is not None and alert.created_at <= now - timedelta(minutes=wish.email_after)
    ]
    if not unanswered:
        return False
    texts = {(alert.pk): wish.texts for alert, wish in unanswered}
    told = reading.in_words(alert for alert, _ in unanswered)
    Alert.unscoped.filter(pk__in=texts).update(emailed_at=now)
    if not told:
        return False
    lines = [
        {
            "title": each.title,
            "workspace": str(each.alert.workspace.name),
            "text": each.text if texts[each.alert.pk] else without_text(each.alert),
            "link": f"{origin()}{each.address}" if origin() else "",
        }
        for each in told[:MAX_LINES]
    ]
    subject = f"{told[0].title} waits for you" if len(told) == 1 else f"{len(told)} conversations wait for you"
    queue_email(user.email, subject, EMAIL, lines=lines, more=max(0, len(told) - MAX_LINES))
    return True


def origin() -> str:
    """Where the panel is, for e-mails that no request causes; empty if no setting says it."""
    for address in settings.CSRF_TRUSTED_ORIGINS:
        if "*" not in address:
            return str(address).rstrip("/")
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*", "localhost", "127.", "["))]
    return f"https://{hosts[0]}" if hosts else ""

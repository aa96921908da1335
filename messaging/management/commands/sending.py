"""``manage.py sending status | hold --reason TEXT | release --resume | release --cancel-queued-before [TIME]``"""

import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crmsolid.api.fields import parse_timestamp
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError
from crmsolid.events import watermark
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.models import HoldReason
from messaging import held

_HOLD_BEGAN = "the time at which the hold began"


class Command(ServiceCommand):
    help = "Say whether sending is held on the whole server, hold it, or release it."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        status = actions.add_parser("status", help="what waits; exits with 1 while sending is held")
        hold = actions.add_parser("hold", help="send nothing from now on; does nothing if sending is held already")
        hold.add_argument("--reason", required=True, metavar="TEXT", help="shown to owners and admins in the panel")
        release = actions.add_parser("release", help="end the hold, with one of the two choices")
        choice = release.add_mutually_exclusive_group(required=True)
        choice.add_argument("--resume", action="store_true", help="send everything that waits")
        choice.add_argument(
            "--cancel-queued-before",
            nargs="?",
            const=_HOLD_BEGAN,
            metavar="TIME",
            help="cancel the messages that were created before TIME and wait, and pause all sequences and the"
            f" broadcasts from before TIME; without a TIME, before {_HOLD_BEGAN}",
        )
        for each in (status, hold, release):
            super().add_arguments(each)

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["action"] == "status" and self.is_held:
            sys.exit(1)

    def run(self, **options: Any) -> dict[str, Any]:
        action: str = options["action"]
        done: dict[str, Any] = {}
        if action == "status":
            watermark.check()  # for a database that no process of the product has seen yet
        elif action == "hold":
            sending_hold.hold(HoldReason.OPERATOR, options["reason"], held.actor_in)
        else:
            before = None if options["resume"] else _time(options["cancel_queued_before"])
            done = {"canceled": asdict(held.release(cancel_before=before))}
        hold = sending_hold.current()
        self.is_held = hold is not None
        state = {
            "held": self.is_held,
            "since": None if hold is None else rfc3339(hold.since),
            "reason": None if hold is None else hold.reason.value,
            "note": "" if hold is None else hold.note,
        }
        return {**state, **done} if action == "release" else {**state, "waiting": _plain(held.waiting(hold))}

    def render(self, result: Any) -> None:
        """The state in a line, then a line for each account, sequence and broadcast with something that waits."""
        if result["held"]:
            self.stdout.write(f"sending is held since {result['since']} ({result['reason']}): {result['note']}")
        else:
            self.stdout.write("sending is not held")
        for name, number in result.get("canceled", {}).items():
            self.stdout.write(f"{name}: {number}")
        waiting = result.get("waiting", {"messages": [], "sequences": [], "broadcasts": []})
        for each in waiting["messages"]:
            self.stdout.write(
                f"{each['workspace']}: account {each['account_id']} ({each['account']}): {each['messages']} messages"
                f" wait, {each['due']} of them due; {each['before']} were created before the hold;"
                f" the oldest at {each['oldest']}, the newest at {each['newest']}"
            )
        for each in waiting["sequences"]:
            self.stdout.write(f"{each['workspace']}: sequence {each['name']}: {each['due']} steps are due")
        for each in waiting["broadcasts"]:
            state = f"broadcast {each['name']} ({each['status']}): {each['remaining']} recipients remain"
            self.stdout.write(f"{each['workspace']}: {state}")


def _plain(waiting: held.Waiting) -> dict[str, Any]:
    """As JSON values."""
    plain = asdict(waiting)
    for each in plain["messages"]:
        each |= {name: rfc3339(each[name]) for name in ("oldest", "newest")}
    return plain


def _time(given: str) -> datetime:
    """Raises ``CommandError``, and ``invalid_state`` if there is no hold whose beginning could be meant."""
    if given == _HOLD_BEGAN:
        hold = sending_hold.current()
        if hold is None:
            raise DomainError("invalid_state", "sending is not held; nothing was changed")
        return hold.since
    time = parse_timestamp(given)
    if time is None:
        raise CommandError(f"{given!r} is no time; give one such as 2026-06-04T09:00:00Z")
    return time

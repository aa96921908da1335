"""What went wrong, what to do next, and the exit code."""

from __future__ import annotations

import shlex

import click

from ..errors import (
    AccountDailyLimitError,
    APIConnectionError,
    APIError,
    ApprovalPendingError,
    ConfigurationError,
    CrmSolidError,
    RateLimitedError,
    UnauthorizedError,
)
from .context import NoAddressError, NoKeyError, NoSuchThingError, UnfinishedWriteError
from .output import clean, note

FAILED = 1
WRONG_USAGE = 2
NO_KEY = 3
WAITS = 4
INTERRUPTED = 130
PIPE_CLOSED = 141

_NEW_KEY = (
    "Create a key in the panel under Settings > API Keys, then: export CRMSOLID_KEY=cs_live_... or crmsolid login"
)
_ADDRESS = "Give the address of your CRM Solid: export CRMSOLID_URL=https://crm.example.com or crmsolid login"
# What to do about a code where the API's own advice is about headers and members.
_NEXT = {
    "audience_changed": "Look at it again with `crmsolid broadcasts preview`, then start the broadcast again.",
    "already_enrolled": "See `crmsolid enrollments list --contact ID`, and stop that enrollment to begin again.",
    "sequence_not_active": "Start it with `crmsolid sequences start ID`.",
    "idempotency_key_reused": "The request is another one than the first with this key, which may have been done: look"
    " with `crmsolid messages list` or `crmsolid broadcasts list`. To repeat it, give the same options, and --at as the"
    " same instant: 2h is another one in each run.",
    "idempotency_key_invalid": "Give 1 to 255 printable ASCII characters as --idempotency-key.",
    "not_found": "Check the id. Is it of the workspace of this key, and of its mode, live or test? `crmsolid me` shows"
    " both.",
    "approval_needed": "A member does it in the panel.",
    "plan_required": "An owner chooses a plan in the panel under Settings > Plan.",
    "ip_not_allowed": "Use the key from an address of its allowed networks, or create another key.",
}


def print_usage_error(error: click.ClickException) -> int:
    """A wrong argument or option."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    _print(error.format_message(), "" if context is None else f"See `{context.command_path} --help`.")
    return error.exit_code


def report(error: CrmSolidError | OSError | UnfinishedWriteError) -> int:
    """Say what went wrong and what to do. Returns the exit code."""
    if isinstance(error, UnfinishedWriteError):
        return _report_unfinished(error)
    if isinstance(error, NoKeyError):
        _print(str(error), _NEW_KEY)
        return NO_KEY
    if isinstance(error, NoAddressError):
        _print(str(error), _ADDRESS)
        return WRONG_USAGE
    if isinstance(error, NoSuchThingError):
        _print(str(error), error.advice)
        return FAILED
    if isinstance(error, ConfigurationError):
        told = str(error).replace("allow_http=True", "--allow-http").replace("base_url", "the address (--url)")
        _print(told, "")
        return WRONG_USAGE
    if isinstance(error, APIError):
        return _report_answer(error, _advice(error))
    if isinstance(error, ApprovalPendingError):
        return _report_waiting(error)
    if isinstance(error, APIConnectionError):
        _print(str(error.args[0]), "Check the network and the address (--url). Try again.")
        return FAILED
    _print(str(error), "")
    return FAILED


def _report_waiting(error: ApprovalPendingError) -> int:
    proposal = error.proposal
    until = "" if proposal.expires_at is None else f" until {proposal.expires_at:%Y-%m-%d %H:%M} UTC"
    note(f"{click.style('Not done yet:', fg='yellow', bold=True)} this waits for an approval{until}.")
    note(f"Why: {clean(proposal.reason)}")
    note(
        "Next: A member decides in the panel, under Approvals. What became of it: "
        f"crmsolid api GET /v1/proposals/{clean(proposal.id)}"
    )
    return WAITS


def _report_unfinished(error: UnfinishedWriteError) -> int:
    options = " ".join(f"{name} {shlex.quote(value)}" for name, value in error.options.items())
    repeat = f"Repeat the command with {options}; nothing is done twice."
    if error.cause is None:
        note(f"Interrupted. It may have been done.\nNext: {repeat}")
        return INTERRUPTED
    if isinstance(error.cause, APIError):
        return _report_answer(error.cause, f"It may have been done. {repeat} If it goes on, report the request.")
    is_certain = isinstance(error.cause, APIConnectionError) and not error.cause.may_have_happened
    done = "" if is_certain else "It may have been done. "
    _print(str(error.cause.args[0]), f"Check the network and the address (--url). {done}{repeat}")
    return FAILED


def _report_answer(error: APIError, advice: str) -> int:
    # With named fields the detail only says that there are some.
    _print((error.title if error.errors else "") or error.detail or error.title, "")
    for one in error.errors:
        note(f"  {clean(one.field)}: {clean(one.detail)}")
    note(f"Code: {error.code or 'none'} ({error.status})")
    if advice:
        note(f"Next: {advice}")
    if error.request_id:
        note(f"Request: {clean(error.request_id)}")
    return NO_KEY if isinstance(error, UnauthorizedError) else FAILED


def _advice(error: APIError) -> str:
    if isinstance(error, UnauthorizedError):
        return _NEW_KEY
    if error.required_scope:
        return f"Create a key with the scope {error.required_scope} under Settings > API Keys; scopes never change."
    if isinstance(error, AccountDailyLimitError):
        return f"Wait {_seconds(error)}, give a later --at, or send from another --account."
    if isinstance(error, RateLimitedError):
        return f"Wait {_seconds(error)}, then try again."
    if error.status >= 500:
        return "Try again in a moment. If it goes on, report the request."
    if not error.code:  # the answer is not the product's
        return "Check the address (--url)."
    return _NEXT.get(error.code, "")


def _seconds(error: APIError) -> str:
    seconds = round(error.retry_after or 0)
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def _print(what: str, following: str) -> None:
    note(f"{click.style('Error:', fg='red', bold=True)} {clean(what[:1].upper() + what[1:])}")
    if following:
        note(f"Next: {following}")

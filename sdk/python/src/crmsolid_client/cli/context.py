"""What all commands share: the client, and the options that many of them have."""

from __future__ import annotations

import functools
import logging
import os
import re
import shlex
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TextIO, TypeVar, get_args

import click

from .._requests import is_idempotency_key
from ..errors import (
    APIConnectionError,
    APIError,
    CrmSolidError,
    IdempotencyInProgressError,
    UnexpectedAnswerError,
)
from .kept_login import DEFAULT_PROFILE, read_logins

if TYPE_CHECKING:
    from .. import CrmSolid

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")

RETRY_SECONDS = 30.0
SECRET_VARIABLE = "CRMSOLID_WEBHOOK_SECRET"
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class NoKeyError(CrmSolidError):
    """There is no API key to use."""


class NoAddressError(CrmSolidError):
    """Nobody has said which installation the API key is of."""


class NoSuchThingError(CrmSolidError):
    """Nothing has the name that was given in place of an id. ``advice`` is the next step."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class UnfinishedWriteError(Exception):
    """A write that may have been done. ``options`` are those to repeat the command with, so that nothing is done twice.
    ``cause`` is what the call raised; None if it was interrupted."""

    def __init__(self, cause: CrmSolidError | None, options: dict[str, str]) -> None:
        super().__init__(cause, options)
        self.cause = cause
        self.options = options


@dataclass
class App:
    """The global options, and the one client of a command, which is made when it is first used. ``repeat_with`` are the
    options that a repeated command has to have, because it would find other values for them."""

    url: str | None
    key_file: Path | None
    allow_http: bool
    profile: str | None = None
    repeat_with: dict[str, str] = field(default_factory=dict)
    _client: CrmSolid | None = None

    @property
    def client(self) -> CrmSolid:
        if self._client is None:
            from .. import CrmSolid  # takes time to import, and help and completion do without

            _tell_of_retries()
            key, url, allow_http = self._target()
            self._client = CrmSolid(key, url, retry_for=RETRY_SECONDS, allow_http=allow_http)
        return self._client

    def _target(self) -> tuple[str, str, bool]:
        """The key, the address and whether http is allowed: those of the profile that is named, else those that were
        given, else those of ``crmsolid login`` if neither was. A key is never sent to an address that somebody has not
        named with it."""
        key = "" if self.profile else self.given_key()
        if self.profile or not (key or self.url):
            kept = read_logins().get(self.profile or DEFAULT_PROFILE)
            if kept is not None:
                return kept.key, kept.url, kept.allow_http or self.allow_http
        if self.profile:
            raise NoKeyError(f"there is no profile {self.profile}; see `crmsolid profiles`")
        if not key:
            raise NoKeyError("there is no API key")
        if not self.url:
            raise NoAddressError("there is no address to send the API key to")
        return key, self.url, self.allow_http

    def contact(self, name: str) -> str:
        """The id of a contact from its id, ``@username`` or e-mail address."""
        if "@" not in name:
            return name
        by = {"username": name[1:]} if name.startswith("@") else {"email": name}
        found = next(iter(self.client.contacts.list(**by, limit=1)), None)  # type: ignore[arg-type]
        if found is None:
            what = "username" if name.startswith("@") else "e-mail address"
            advice = f"See `crmsolid contacts list --search {shlex.quote(name.strip('@'))}`."
            raise NoSuchThingError(f"no contact has the {what} {name}", advice)
        return found.id

    def thread(self, name: str) -> str:
        """The id of a thread from its id, or from the ``@username`` or e-mail address of a contact that has one
        thread."""
        if "@" not in name:
            return name
        contact_id = self.contact(name)
        threads = list(self.client.threads.list(contact_id=contact_id))
        if len(threads) == 1:
            return threads[0].id
        if not threads:
            raise NoSuchThingError(f"there is no conversation with {name}", "See `crmsolid threads list`.")
        ids = ", ".join(f"{thread.id} (account {thread.account_id})" for thread in threads)
        raise NoSuchThingError(f"there are several conversations with {name}", f"Give the id of one: {ids}.")

    def write(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a method of the client that writes. Raises UnfinishedWriteError if nobody knows whether it was done."""
        options = {**self.repeat_with, "--idempotency-key": str(kwargs["idempotency_key"])}
        try:
            return call(*args, **kwargs)
        except KeyboardInterrupt:
            raise UnfinishedWriteError(None, options) from None
        except (APIConnectionError, UnexpectedAnswerError, IdempotencyInProgressError) as error:
            raise UnfinishedWriteError(error, options) from error
        except APIError as error:
            if error.status < 500:
                raise
            raise UnfinishedWriteError(error, options) from error

    def standard_input(self) -> TextIO:
        """For the data of a command. Refused if the key comes from there too."""
        if str(self.key_file) == "-":
            raise click.UsageError("Standard input cannot be both the key file and the data. Give one as a file.")
        return sys.stdin

    def standard_input_text(self) -> str:
        try:
            text = self.standard_input().read()
            text.encode()  # bytes that are no text may be surrogates, which cannot be sent
            return text
        except UnicodeError:
            raise click.UsageError("Standard input is no text in the encoding of the locale.") from None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def given_key(self) -> str:
        """The key of the environment or of ``--key-file``; empty if there is none."""
        if self.key_file is None:
            key = os.environ.get("CRMSOLID_KEY", "")
        elif str(self.key_file) == "-":
            try:
                key = sys.stdin.readline()
            except UnicodeDecodeError:
                raise NoKeyError("standard input, the key file, is no text") from None
        else:
            try:
                key = self.key_file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise NoKeyError(f"the key file {self.key_file} cannot be read: {error}") from None
        if self.key_file is not None and not key.strip():
            raise NoKeyError("there is no API key in the key file")
        return key.strip()


class _RetryNotes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        click.echo(record.getMessage(), err=True)


def _tell_of_retries() -> None:
    """Say on standard error that a call is tried again: otherwise the command seems to hang."""
    logger = logging.getLogger("crmsolid_client")
    logger.setLevel(logging.DEBUG)  # also the waits for the rate limit
    logger.propagate = False
    logger.handlers = [_RetryNotes()]


pass_app: Callable[[F], F] = click.make_pass_decorator(App)  # type: ignore[assignment]


def time_option(*names: str, forward: bool = False, help: str) -> Callable[[F], F]:
    """An instant: RFC 3339, a local time without an offset, ``now``, or a duration such as ``30m`` or ``2d`` that is
    counted from now, ``forward`` or back."""

    def convert(text: str) -> datetime:
        instant = _time(text, 1 if forward else -1)
        app = click.get_current_context().find_object(App)
        if app is not None and (text == "now" or _DURATION.fullmatch(text)):
            app.repeat_with[names[0]] = instant.isoformat().replace("+00:00", "Z")
        return instant

    return click.option(*names, type=convert, metavar="TIME", help=help)


def _time(text: str, sign: int) -> datetime:
    now = datetime.now(UTC)
    if text == "now":
        return now
    try:
        if duration := _DURATION.fullmatch(text):
            return now + sign * timedelta(**{_UNITS[duration[2]]: int(duration[1])})
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        example = "2026-06-04T09:00:00Z, '2026-06-04 09:00' (local time), now or 2h"
        raise click.BadParameter(f"{text!r} is no time; give for example {example}.") from None


def type_option(name: str) -> Callable[[F], F]:
    """Types of events; the command gets ``types``."""
    return click.option(
        name,
        "types",
        multiple=True,
        shell_complete=completed("EventTypeIn"),
        help="Only this type, for example message.received; give it again for several.",
    )


def completed(enumeration: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """For the Tab key: the values of an enumeration of the models that this version knows."""

    def complete(context: click.Context, parameter: click.Parameter, beginning: str) -> list[str]:
        from .. import models  # takes time to import

        return [value for value in get_args(getattr(models, enumeration)) if value.startswith(beginning)]

    return complete


def json_option(lines: bool = False) -> Callable[[F], F]:
    """``--json``; ``lines`` for a command that prints any number of objects."""
    what = "one JSON object a line" if lines else "one JSON document"
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what}, as the API answers it.")


def list_options(command: F) -> F:
    """``--limit``, ``--all`` and ``--json``; the command gets ``most`` (None: all) and ``as_json``."""

    @functools.wraps(command)
    def with_most(*args: Any, limit: int, everything: bool, **kwargs: Any) -> Any:
        return command(*args, most=None if everything else limit, **kwargs)

    options = (
        click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Print at most so many."),
        click.option("--all", "everything", is_flag=True, help="Print all of them."),
        json_option(lines=True),
    )
    wrapped: Any = with_most
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def id_argument(name: str, metavar: str = "ID") -> Callable[[F], F]:
    """The id of one object."""

    def convert(text: str) -> str:
        if text in ("", ".", ".."):
            raise click.BadParameter("the id is empty or no id.")
        return text

    return click.argument(name, type=convert, metavar=metavar)


def contact_argument(name: str = "contact_id") -> Callable[[F], F]:
    """A contact by its id, @username or e-mail address, which ``App.contact`` looks up."""
    return id_argument(name, metavar="CONTACT")


def write_option(command: F) -> F:
    """``--idempotency-key``, with which a write can be repeated safely. The command always gets a key."""

    def convert(text: str) -> str:
        if not is_idempotency_key(text):
            raise click.BadParameter("a key is 1 to 255 printable ASCII characters, without a space at either end.")
        return text

    option = click.option(
        "--idempotency-key",
        type=convert,
        default=lambda: str(uuid.uuid4()),
        show_default=False,
        metavar="KEY",
        help="Repeating the command with the same key does nothing twice. [default: a new one]",
    )
    return option(command)


def secret_option(help: str) -> Callable[[F], F]:
    """``--secret-file``, or the environment variable. There is no option for the secret itself, because every user of
    the machine can see the arguments of a process. The command gets ``secret``, which may be None."""

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def with_secret(*args: Any, secret_file: Path | None, **kwargs: Any) -> Any:
            return command(*args, secret=_secret(secret_file), **kwargs)

        kind = click.Path(path_type=Path, dir_okay=False)
        option = click.option("--secret-file", type=kind, help=f"{help} It can be in {SECRET_VARIABLE} instead.")
        return option(with_secret)  # type: ignore[return-value]

    return decorate


def _secret(file: Path | None) -> str | None:
    if file is None:
        secret = os.environ.get(SECRET_VARIABLE, "")
        try:
            secret.encode()
        except UnicodeEncodeError:
            raise click.UsageError(f"{SECRET_VARIABLE} is no text in the encoding of the locale.") from None
        return secret or None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"the file cannot be read: {error}", param_hint="--secret-file") from None
    if not secret:
        raise click.BadParameter("the file is empty.", param_hint="--secret-file")
    return secret


def page_size(most: int | None) -> int:
    """How many objects to ask for at a time."""
    return 100 if most is None else min(100, most)


def given(**options: Any) -> dict[str, Any]:
    """The options that were used. What is left out of a call is the API's default; None would empty a field."""
    return {name: value for name, value in options.items() if value not in (None, ())}


def confirm(question: str, yes: bool) -> None:
    """Ask before what cannot be undone, unless ``--yes`` was given. Ends the command if the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on. Give --yes to go on without a question.")
    if not click.confirm(question, err=True):
        click.echo("Nothing was done.", err=True)
        raise click.exceptions.Exit(1)

"""The kinds of long work, which the apps register."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.jobs.models import Job


class JobFailed(Exception):
    """Ends a job as failed; what the current chunk has written is rolled back. ``code`` and ``reason`` become an item
    of the job's ``errors``."""

    def __init__(self, code: str, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(f"{code}: {reason}")


def _nothing(job: Job) -> None:
    pass


def _no_links(job: Job) -> Sequence[tuple[str, str]]:
    return ()


def _no_detail(job: Job) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of long work. ``label`` is its name in the panel; ``detail`` says for one job what follows it, or "".

    ``run`` does one chunk, of about a second at most, in a transaction in which the job's row is locked. It changes
    ``done``, ``total``, ``result``, ``errors`` and ``params`` of the job, which are saved with the chunk, and returns
    when to go on: ``clock.now()`` for at once, None when all is done. It raises :class:`JobFailed` when the job cannot
    go on, and ``StatementTimeout`` when its filter is too costly, which ends the job too. After any other error the
    chunk is rolled back and tried again.

    ``close`` runs in the transaction that ends the job, however it ends, with the new state set. A job of a kind that
    is ``cancelable`` can be canceled between two chunks. ``links`` are what its page in the panel leads to: titles and
    addresses.
    """

    name: str
    label: str
    run: Callable[[Job], datetime | None]
    close: Callable[[Job], None] = _nothing
    cancelable: bool = True
    links: Callable[[Job], Sequence[tuple[str, str]]] = _no_links
    detail: Callable[[Job], str] = _no_detail


# By their names.
kinds: ExtensionPoint[JobKind] = ExtensionPoint("kinds of jobs")


def kind_of(job: Job) -> JobKind:
    """The kind of this job. One that no app has registered, as in an older version, can only end."""
    return kinds.get(job.kind) or JobKind(job.kind, job.kind, _unknown, cancelable=False)


def _unknown(job: Job) -> None:
    raise LookupError(f"no app has registered the kind {job.kind}")


def label_of(job: Job) -> str:
    """What the panel calls this job."""
    kind = kind_of(job)
    detail = kind.detail(job)
    return f"{kind.label}: {detail}" if detail else kind.label

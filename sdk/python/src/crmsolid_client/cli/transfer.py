"""``crmsolid contacts import`` and ``export``, with progress."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from .._files import whole_file
from .context import App, F, given, json_option, pass_app, time_option, write_option
from .jobs import follow, print_errors
from .output import PipeClosed, counted, note, plain, print_object, shown
from .progress import Progress

COUNTS = ("created", "updated", "unchanged", "invalid")
FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


def _condition(text: str) -> dict[str, Any]:
    try:
        condition = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"it is no JSON: {error}.") from None
    if not isinstance(condition, dict):
        raise click.BadParameter("it is no JSON object.")
    return condition


def filter_options(command: F) -> F:
    """What the list of contacts and the export can be limited to."""
    options: list[Callable[[Any], Any]] = [
        click.option("--search", help="Part of the name, username or e-mail address."),
        click.option("--username", help="With exactly this Telegram username."),
        click.option("--email", help="With exactly this e-mail address."),
        click.option("--phone", help="With exactly this phone number; only its digits are compared."),
        click.option("--tag", "tags", multiple=True, help="With this tag; give it again for several, all needed."),
        click.option("--stage", help="In this stage, for example replied."),
        click.option("--segment", metavar="ID", help="In this segment."),
        click.option("--filter", type=_condition, metavar="JSON", help="Meeting this condition, as segments have it."),
        time_option("--updated-since", help="Changed since then, for example 1d."),
    ]
    wrapped: Any = command
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


@click.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--mapping",
    "mappings",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="Which field a column is; give it for each column to import. [default: the header names the fields]",
)
@click.option("--dry-run", is_flag=True, help="Count what the import would do, and change nothing.")
@click.option("--failed-rows", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows that failed here.")
@click.option("--no-wait", is_flag=True, help="Print the job and do not wait for it.")
@write_option
@json_option()
@pass_app
def import_contacts(
    app: App,
    file: Path,
    mappings: tuple[str, ...],
    dry_run: bool,
    failed_rows: Path | None,
    no_wait: bool,
    idempotency_key: str,
    as_json: bool,
) -> None:
    """Import contacts from a CSV file; - reads standard input. Existing contacts are updated.

    Prints the job at its end. The exit code is 1 if a row failed; the others are imported all the same.

    \b
    Example:
      crmsolid contacts import people.csv --mapping Telegram=username --mapping "Full name=name"
    """
    job = app.write(
        app.client.contacts.import_file,
        _source(app, file),
        mapping=_mapping(mappings),
        dry_run=dry_run,
        idempotency_key=idempotency_key,
    )
    if no_wait:
        print_object(plain(job), as_json)
        return
    job = follow(app, job, "Checking" if dry_run else "Importing")
    row = plain(job)
    if as_json:
        print_object(row, as_json)
    else:
        summary: dict[str, Any] = {"job": job.id, "state": job.state}
        summary |= {name: job.result.get(name) for name in COUNTS}
        print_object(summary, as_json)
    if ignored := job.result.get("ignored_columns"):
        note(f"Left out, because no --mapping names them: {shown(ignored)}")
    failed = job.result.get("invalid", 0)
    if failed:
        _report_failed(app, row, failed, failed_rows)
        print_errors(job)
    if dry_run:
        note("Nothing was changed (--dry-run).")
    if failed or job.state != "done":
        raise click.exceptions.Exit(1)


def _source(app: App, file: Path) -> Path | BinaryIO:
    if str(file) == "-":
        return app.standard_input().buffer
    if not file.is_file():
        raise click.BadParameter(f"there is no file {file}.", param_hint="FILE")
    return file


def _mapping(mappings: tuple[str, ...]) -> dict[str, str] | None:
    """The last ``=`` divides, because the name of a column may have one and that of a field has none."""
    pairs = [mapping.rpartition("=") for mapping in mappings]
    for (column, _, field), mapping in zip(pairs, mappings, strict=True):
        if not column or not field:
            raise click.BadParameter(f"{mapping!r} has not the form COLUMN=FIELD.", param_hint="--mapping")
    return {column: field for column, _, field in pairs} or None


def _report_failed(app: App, job: dict[str, Any], failed: int, target: Path | None) -> None:
    rows = counted(failed, "row")
    if target is None:
        note(f"{rows} failed. Repeat with --failed-rows FILE to get them with their reasons:")
        return
    if not job["result"].get("failed_rows_url"):
        note(f"{rows} failed; a dry run keeps no file of them:")
        return
    app.client.jobs.failed_rows(job["id"]).save(target)
    note(f"{rows} failed; {target} has them with their reasons, to correct and import again:")


@click.command("export")
@click.argument("file", type=FILE, default="-")
@filter_options
@click.option(
    "--format", "kind", type=click.Choice(["csv", "ndjson"]), help="[default: ndjson for FILE.ndjson, else csv]"
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format ndjson: one JSON object a line.")
@pass_app
def export_contacts(
    app: App, file: Path, kind: str | None, as_json: bool, tags: tuple[str, ...], **filters: Any
) -> None:
    """Export contacts to a file, or to standard output. A file is there only once it is complete.

    \b
    Example:
      crmsolid contacts export contacts.csv --tag trial
    """
    if kind is None:
        kind = "ndjson" if as_json or file.suffix in (".ndjson", ".jsonl") else "csv"
    download = app.client.contacts.export(format=kind, **given(tag=tags, **filters))  # type: ignore[arg-type]
    with Progress("Exporting", "contacts") as progress, _target(file, progress) as write:
        total = _total(app, tags, **filters) if progress.is_shown else None
        counter = RowCounter(has_header=kind == "csv")
        for chunk in download:
            write(chunk)
            progress.show(counter.count(chunk), total)
        progress.finish(counter.rows)
    if str(file) != "-":
        note(f"Wrote {counted(counter.rows, 'contact')} to {file}.")


@contextlib.contextmanager
def _target(file: Path, progress: Progress) -> Iterator[Callable[[bytes], Any]]:
    """How to write: to standard output, or to a file that gets its name at the end."""
    if str(file) == "-":
        if sys.stdout.isatty():
            progress.hide()  # the rows are to be seen there
        yield write_stdout
        return
    with whole_file(file) as opened:
        yield opened.write


def write_stdout(chunk: bytes) -> None:
    """Write these bytes as they are."""
    try:
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise PipeClosed from None


def _total(
    app: App, tags: tuple[str, ...], stage: str | None, segment: str | None, filter: Any, **others: Any
) -> int | None:
    """How many contacts will come, where it can be told without reading them."""
    if any(others.values()) or (segment and (tags or stage or filter)):
        return None
    if segment:
        return app.client.segments.get(segment).count
    conditions = [{"field": "tag", "op": "is", "value": tag} for tag in tags]
    if stage:
        conditions.append({"field": "stage", "op": "is", "value": stage})
    if filter:
        conditions.append(filter)
    return app.client.segments.preview(filter={"all": conditions}).count


class RowCounter:
    """Counts the rows in the bytes of an export. A line end between quotation marks belongs to a cell of a CSV file."""

    def __init__(self, has_header: bool) -> None:
        self._is_csv = has_header
        self._lines = 0
        self._is_quoted = False

    @property
    def rows(self) -> int:
        return max(0, self._lines - 1) if self._is_csv else self._lines

    def count(self, chunk: bytes) -> int:
        """The rows so far, with this part."""
        if not self._is_csv:
            self._lines += chunk.count(b"\n")
            return self.rows
        for number, part in enumerate(chunk.split(b'"')):
            if number:
                self._is_quoted = not self._is_quoted
            if not self._is_quoted:
                self._lines += part.count(b"\n")
        return self.rows

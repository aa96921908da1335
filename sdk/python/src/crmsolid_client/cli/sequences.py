"""``crmsolid sequences`` and ``crmsolid enrollments``."""

from __future__ import annotations

from typing import Any

import click

from .context import (
    App,
    contact_argument,
    given,
    id_argument,
    json_option,
    list_options,
    page_size,
    pass_app,
    write_option,
)
from .output import ID, Column, plain, print_list, print_object, print_table, time_column

RESUME_MODES = ("keep_dates", "restart_delay", "only_active_time")


@click.group()
def sequences() -> None:
    """Sequences of messages. They are made in the panel or by the API."""


@sequences.command("list")
@list_options
@pass_app
def list_sequences(app: App, most: int | None, as_json: bool) -> None:
    """List the sequences.

    \b
    Example:
      crmsolid sequences list
    """
    columns = (ID, Column("NAME", "name"), Column("STATUS", "status"), Column("VERSION", "version"))
    print_list(app.client.sequences.list(limit=page_size(most)), as_json, columns, most)


@sequences.command("show")
@id_argument("sequence_id")
@json_option()
@pass_app
def show_sequence(app: App, sequence_id: str, as_json: bool) -> None:
    """Show a sequence with its steps.

    \b
    Example:
      crmsolid sequences show seq_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    row = plain(app.client.sequences.get(sequence_id))
    if as_json:
        print_object(row, as_json)
        return
    print_object({name: value for name, value in row.items() if name != "steps"}, as_json)
    columns = (Column("STEP", "id", whole=True), Column("DELAY", "delay"), Column("TEXT", "text"))
    print_table(row["steps"], columns)


@sequences.command("start")
@id_argument("sequence_id")
@write_option
@json_option()
@pass_app
def start_sequence(app: App, sequence_id: str, idempotency_key: str, as_json: bool) -> None:
    """Start a sequence, so that contacts can be enrolled.

    \b
    Example:
      crmsolid sequences start seq_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.write(app.client.sequences.start, sequence_id, idempotency_key=idempotency_key)), as_json)


@sequences.command("pause")
@id_argument("sequence_id")
@write_option
@json_option()
@pass_app
def pause_sequence(app: App, sequence_id: str, idempotency_key: str, as_json: bool) -> None:
    """Pause a sequence. Whoever is in it stays in it.

    \b
    Example:
      crmsolid sequences pause seq_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.write(app.client.sequences.pause, sequence_id, idempotency_key=idempotency_key)), as_json)


@sequences.command("resume")
@id_argument("sequence_id")
@click.option("--mode", type=click.Choice(RESUME_MODES), help="What becomes of the dates. [default: keep_dates]")
@write_option
@json_option()
@pass_app
def resume_sequence(app: App, sequence_id: str, mode: str | None, idempotency_key: str, as_json: bool) -> None:
    """Resume a paused sequence.

    \b
    Example:
      crmsolid sequences resume seq_01K4ZC2V5E8QW3R7T9Y1N6M0XA --mode restart_delay
    """
    resumed = app.write(app.client.sequences.resume, sequence_id, **given(mode=mode), idempotency_key=idempotency_key)
    print_object(plain(resumed), as_json)


@sequences.command("preview")
@id_argument("sequence_id")
@contact_argument()
@json_option()
@pass_app
def preview_sequence(app: App, sequence_id: str, contact_id: str, as_json: bool) -> None:
    """Show when a contact would get each step, and its text. Nothing is sent.

    \b
    Example:
      crmsolid sequences preview seq_01K4ZC2V5E8QW3R7T9Y1N6M0XA @sarah_miller
    """
    row = plain(app.client.sequences.preview(sequence_id, contact_id=app.contact(contact_id)))
    if as_json:
        print_object(row, as_json)
        return
    columns = (
        Column("STEP", "step", whole=True),
        time_column("PLANNED", "planned_at"),
        Column("NOT SENT", "reason"),
        Column("TEXT", "text"),
    )
    print_table(row["steps"], columns)


@sequences.command("enroll")
@id_argument("sequence_id")
@contact_argument()
@write_option
@json_option()
@pass_app
def enroll(app: App, sequence_id: str, contact_id: str, idempotency_key: str, as_json: bool) -> None:
    """Enroll a contact in a sequence.

    \b
    Example:
      crmsolid sequences enroll seq_01K4ZC2V5E8QW3R7T9Y1N6M0XA @sarah_miller
    """
    found = app.contact(contact_id)
    enrolled = app.write(app.client.sequences.enroll, sequence_id, contact_id=found, idempotency_key=idempotency_key)
    print_object(plain(enrolled), as_json)


@click.group()
def enrollments() -> None:
    """Contacts on their way through a sequence."""


@enrollments.command("list")
@click.option("--sequence", "sequence_id", metavar="ID", help="Of this sequence.")
@click.option("--contact", "contact_id", metavar="CONTACT", help="Of this contact: id, @username or e-mail address.")
@click.option("--status", help="In this state: active, paused, completed, stopped or failed.")
@list_options
@pass_app
def list_enrollments(app: App, contact_id: str | None, most: int | None, as_json: bool, **filters: Any) -> None:
    """List enrollments, newest first.

    \b
    Example:
      crmsolid enrollments list --status active
    """
    columns = (
        ID,
        Column("CONTACT", "contact_id", whole=True),
        Column("STATUS", lambda row: row["status"] + (f" ({row['reason']})" if row["reason"] else "")),
        Column("STEP", "step", optional=True),
        time_column("NEXT", "next_run_at", optional=True),
    )
    filters["contact_id"] = contact_id and app.contact(contact_id)
    print_list(app.client.enrollments.list(**filters, limit=page_size(most)), as_json, columns, most)


@enrollments.command("pause")
@id_argument("enrollment_id")
@write_option
@json_option()
@pass_app
def pause_enrollment(app: App, enrollment_id: str, idempotency_key: str, as_json: bool) -> None:
    """Pause the sequence for one contact.

    \b
    Example:
      crmsolid enrollments pause enr_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(
        plain(app.write(app.client.enrollments.pause, enrollment_id, idempotency_key=idempotency_key)), as_json
    )


@enrollments.command("resume")
@id_argument("enrollment_id")
@click.option("--mode", type=click.Choice(RESUME_MODES), help="What becomes of the dates. [default: keep_dates]")
@write_option
@json_option()
@pass_app
def resume_enrollment(app: App, enrollment_id: str, mode: str | None, idempotency_key: str, as_json: bool) -> None:
    """Resume the sequence for one contact.

    \b
    Example:
      crmsolid enrollments resume enr_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    resumed = app.write(
        app.client.enrollments.resume, enrollment_id, **given(mode=mode), idempotency_key=idempotency_key
    )
    print_object(plain(resumed), as_json)


@enrollments.command("stop")
@id_argument("enrollment_id")
@write_option
@json_option()
@pass_app
def stop_enrollment(app: App, enrollment_id: str, idempotency_key: str, as_json: bool) -> None:
    """End the sequence for one contact.

    \b
    Example:
      crmsolid enrollments stop enr_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.write(app.client.enrollments.stop, enrollment_id, idempotency_key=idempotency_key)), as_json)

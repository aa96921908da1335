"""Reads and writes the versions of sequences."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from messaging.sending import attaching
from sequences.definition import Definition, StepDefinition
from sequences.models import Enrollment, Sequence, SequenceVersion, Step
from sequences.running import schedule


@dataclass(frozen=True, slots=True)
class Version:
    """A stored version: its row's id, its number and what it says."""

    id: int
    sequence_id: str
    number: int
    definition: Definition


def load_versions(workspace_id: int, version_ids: Iterable[int]) -> dict[int, Version]:
    """These versions by id, in two queries."""
    rows = SequenceVersion.objects.for_workspace(workspace_id).filter(pk__in=version_ids)
    return {row.pk: _version(row) for row in rows.select_related("sequence").prefetch_related("steps")}


def versions_of(enrollments: Iterable[Enrollment]) -> dict[int, Version]:
    """The versions of these enrollments, which may be of several workspaces, by id."""
    ids: dict[int, set[int]] = defaultdict(set)
    for enrollment in enrollments:
        ids[enrollment.workspace_id].add(enrollment.version_id)
    versions: dict[int, Version] = {}
    for workspace_id, version_ids in ids.items():
        versions |= load_versions(workspace_id, version_ids)
    return versions


def version_of(enrollment: Enrollment) -> Version:
    """The version that the enrollment is on."""
    return load_versions(enrollment.workspace_id, [enrollment.version_id])[enrollment.version_id]


def current_version(sequence: Sequence) -> Version:
    """The latest version of the sequence."""
    rows = SequenceVersion.objects.for_workspace(sequence.workspace_id).filter(sequence=sequence)
    return _version(rows.select_related("sequence").prefetch_related("steps").get(number=sequence.version))


def definitions_by_number(sequence: Sequence, numbers: Iterable[int]) -> dict[int, Definition]:
    """What these versions of the sequence say; one that does not exist is left out."""
    rows = SequenceVersion.objects.for_workspace(sequence.workspace_id).filter(sequence=sequence, number__in=numbers)
    loaded = load_versions(sequence.workspace_id, rows.values_list("pk", flat=True))
    return {version.number: version.definition for version in loaded.values()}


def keys_ever_used(sequence: Sequence) -> set[str]:
    """The keys of the steps of all its versions."""
    steps = Step.objects.for_workspace(sequence.workspace_id).filter(version__sequence=sequence)
    return set(steps.values_list("key", flat=True))


def _version(row: SequenceVersion) -> Version:
    steps = sorted(row.steps.all(), key=lambda step: step.position)
    definition = Definition(
        name=row.sequence.name,
        account_ids=tuple(row.account_ids),
        time_zone=row.time_zone,
        window=schedule.parse_window(row.window),
        jitter=row.jitter,
        stop_on=tuple(row.stop_on),
        ignore_auto_replies=row.ignore_auto_replies,
        pass_on=row.pass_on,
        steps=tuple(map(_step, steps)),
    )
    return Version(row.pk, row.sequence_id, row.number, definition)


def _step(row: Step) -> StepDefinition:
    return StepDefinition(row.key, row.delay, row.text, row.condition, row.if_not, row.format, tuple(row.attachments))


def add_version(sequence: Sequence, definition: Definition) -> Version:
    """Store the definition as the next version of the sequence, whose row must be locked, and return it."""
    row = SequenceVersion(
        workspace_id=sequence.workspace_id,
        sequence=sequence,
        number=sequence.version + 1,
        account_ids=list(definition.account_ids),
        time_zone=definition.time_zone,
        window=schedule.window_to_json(definition.window),
        jitter=definition.jitter,
        stop_on=list(definition.stop_on),
        ignore_auto_replies=definition.ignore_auto_replies,
        pass_on=definition.pass_on,
    )
    row.save()
    used = {file_id for step in definition.steps for file_id in step.attachments}
    attaching.lock_files(sequence.workspace_id, used)
    Step.objects.for_workspace(sequence.workspace_id).bulk_create(
        Step(
            workspace_id=sequence.workspace_id,
            version=row,
            position=position,
            key=step.key,
            delay=step.delay,
            text=step.text,
            condition=step.condition,
            if_not=step.if_not,
            format=step.format,
            attachments=list(step.attachments),
        )
        for position, step in enumerate(definition.steps)
    )
    sequence.version = row.number
    return Version(row.pk, sequence.pk, row.number, replace(definition, name=sequence.name))

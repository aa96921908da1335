"""The section ``sequences`` of a workspace's configuration."""

from functools import partial
from typing import Any

from django.db.models import F

from crmsolid.core.errors import DomainError, FieldError, invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import Change, apply_each
from crmsolid.workspaces.models import Workspace
from messaging.models import Account, AccountKind
from messaging.sending.attaching import files_of_twin
from sequences.definition import Definition, DefinitionErrors, read_definition
from sequences.models import Sequence, SequenceVersion
from sequences.services import create_sequence, update_sequence
from sequences.versions import load_versions

SECTION = "sequences"


def dump(actor: Actor) -> list[Any]:
    """The latest version of all sequences, by name."""
    latest = SequenceVersion.objects.for_workspace(actor.workspace).filter(number=F("sequence__version"))
    versions = load_versions(actor.workspace.pk, latest.values_list("pk", flat=True))
    definitions = (version.definition for version in versions.values())
    return [definition.as_json() for definition in sorted(definitions, key=lambda definition: definition.name)]


def apply(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the sequences whose names are new, as drafts, and publish a new version of those that differ. Contacts in
    a sequence finish on their version."""
    return apply_each(items, path, partial(_apply_sequence, actor))


def _apply_sequence(actor: Actor, item: Any) -> Change:
    definition = _read(actor.workspace, item)
    sequence = Sequence.objects.for_workspace(actor.workspace).filter(name=definition.name).first()
    if sequence is None:
        create_sequence(actor, definition)
        return Change(SECTION, definition.name, "created")
    _, changed = update_sequence(actor, sequence.pk, definition)
    return Change(SECTION, definition.name, "updated" if changed else "unchanged")


def _read(workspace: Workspace, item: Any) -> Definition:
    if not isinstance(item, dict):
        raise invalid("", "not_a_dict", "give an object")
    errors: list[FieldError] = []
    if workspace.live_id is not None and "account_ids" in item:
        account_ids, errors = _accounts_of_twin(workspace, item["account_ids"])
        item = {**item, "account_ids": account_ids}
    if isinstance(item.get("steps"), list):
        item = {**item, "steps": [_with_files_of_twin(workspace, step) for step in item["steps"]]}
    try:
        definition = read_definition(workspace, item)
    except DefinitionErrors as wrong:
        errors += wrong.errors
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return definition


def _with_files_of_twin(workspace: Workspace, step: Any) -> Any:
    """The step with the files that a test twin has in place of those of its live workspace."""
    ids = step.get("attachments") if isinstance(step, dict) else None
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        return step
    return {**step, "attachments": files_of_twin(workspace, ids)}


def _accounts_of_twin(workspace: Workspace, account_ids: Any) -> tuple[Any, list[FieldError]]:
    """The ids with the first sandbox account of the test twin in place of accounts of the live workspace, so that one
    document serves both; and an error for each id that neither of them has. What is no list of different ids is
    returned as it is."""
    is_list = isinstance(account_ids, list) and all(type(each) is int and 0 < each < 2**63 for each in account_ids)
    if not is_list or len(set(account_ids)) != len(account_ids):
        return account_ids, []
    own = Account.objects.for_workspace(workspace)
    sandbox = own.filter(kind=AccountKind.SANDBOX).order_by("id").values_list("pk", flat=True).first()
    of_twin = set(own.filter(pk__in=account_ids).values_list("pk", flat=True))
    of_live = set(
        Account.objects.for_workspace(workspace.owner_workspace).filter(pk__in=account_ids).values_list("pk", flat=True)
    )
    detail = "there is no account {} in this workspace, nor in its live one"
    errors = [
        FieldError(f"account_ids[{index}]", "not_found", detail.format(each))
        for index, each in enumerate(account_ids)
        if each not in of_twin | of_live
    ]
    ids = [each if each in of_twin else sandbox or each for each in account_ids if each in of_twin | of_live]
    return list(dict.fromkeys(ids)), errors

import json
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import CustomField
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.workspaces import configuration
from crmsolid.workspaces.configuration import Change, apply_configuration, dump_configuration
from crmsolid.workspaces.models import AuditEntry, Workspace
from tests.tenants import Tenants

COMPANY = {"key": "company", "label": "Company", "type": "text", "choices": []}
PLAN = {"key": "plan", "label": "Plan", "type": "choice", "choices": ["free", "größer"]}
DOCUMENT = {"custom_fields": [COMPANY, PLAN]}


def fields(workspace: Workspace) -> list[dict[str, Any]]:
    rows = CustomField.objects.for_workspace(workspace).order_by("key")
    return list(rows.values("key", "label", "type", "choices"))


def custom_fields(tenants: Tenants) -> list[Any]:
    return dump_configuration(tenants.actor())["custom_fields"]


def refused(tenants: Tenants, document: Any) -> list[tuple[str, str]]:
    """The paths and codes of the errors. Nothing was written."""
    before = fields(tenants.workspace)
    with pytest.raises(DomainError) as caught:
        apply_configuration(tenants.actor(), document)
    assert caught.value.code == "validation_failed"
    assert fields(tenants.workspace) == before
    assert not AuditEntry.unscoped.filter(action="configuration.applied").exists()
    return [(part.field, part.code) for part in caught.value.errors]


@pytest.fixture
def colors(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A section ``colors`` of strings, applied after the custom fields. Yields what was applied."""
    applied: list[str] = []

    def apply(actor: Any, items: list[Any], path: str) -> list[Change]:
        def one(item: Any) -> Change:
            if item == "red":
                raise DomainError("validation_failed", errors=[FieldError("", "invalid", "not red")])
            applied.append(item)
            return Change("colors", item, "updated")

        return configuration.apply_each(items, path, one)

    section = configuration.Section(lambda actor: sorted(applied), apply)
    monkeypatch.setitem(configuration.sections, "colors", section)
    yield applied


def test_new_fields_are_created_and_a_document_comes_back_as_it_was(tenants: Tenants) -> None:
    assert apply_configuration(tenants.actor(), DOCUMENT) == [
        Change("custom_fields", "company", "created"),
        Change("custom_fields", "plan", "created"),
    ]
    assert custom_fields(tenants) == DOCUMENT["custom_fields"]
    assert fields(tenants.twin) == fields(tenants.other) == []
    entry = AuditEntry.unscoped.get(action="configuration.applied")
    assert (entry.workspace_id, entry.data) == (tenants.workspace.pk, {"created": 2, "updated": 0})


def test_applying_what_was_dumped_changes_nothing(tenants: Tenants) -> None:
    apply_configuration(tenants.actor(), DOCUMENT)
    changes = apply_configuration(tenants.actor(), dump_configuration(tenants.actor()))
    unchanged = ["company", "plan", "/stop", "stop"]
    assert [(change.name, change.action) for change in changes] == [(name, "unchanged") for name in unchanged]
    assert custom_fields(tenants) == DOCUMENT["custom_fields"]
    assert AuditEntry.unscoped.filter(action="configuration.applied").count() == 1


def test_a_field_is_found_by_its_key_and_updated_and_others_are_kept(tenants: Tenants) -> None:
    apply_configuration(tenants.actor(), DOCUMENT)
    ids = set(CustomField.unscoped.values_list("pk", flat=True))
    new_plan = {**PLAN, "label": "Their plan", "choices": ["pro", "free"]}
    changes = apply_configuration(tenants.actor(), {"custom_fields": [new_plan]})
    assert changes == [Change("custom_fields", "plan", "updated")]
    assert fields(tenants.workspace) == [COMPANY, new_plan]
    assert set(CustomField.unscoped.values_list("pk", flat=True)) == ids


def test_choices_may_be_left_out_where_there_are_none(tenants: Tenants) -> None:
    apply_configuration(tenants.actor(), {"custom_fields": [{"key": "age", "label": "Age", "type": "number"}]})
    assert custom_fields(tenants) == [{"key": "age", "label": "Age", "type": "number", "choices": []}]


def test_a_dry_run_answers_the_same_and_changes_nothing(tenants: Tenants) -> None:
    apply_configuration(tenants.actor(), {"custom_fields": [COMPANY]})
    document = {"custom_fields": [{**COMPANY, "label": "Firm"}, PLAN]}
    expected = [Change("custom_fields", "company", "updated"), Change("custom_fields", "plan", "created")]
    assert apply_configuration(tenants.actor(), document, dry_run=True) == expected
    assert fields(tenants.workspace) == [COMPANY]
    assert AuditEntry.unscoped.filter(action="configuration.applied").count() == 1
    assert apply_configuration(tenants.actor(), document) == expected


def test_all_errors_are_named_by_their_paths_and_nothing_is_written(tenants: Tenants, colors: list[str]) -> None:
    document = {
        "colors": ["green", "red"],
        "custom_fields": [
            COMPANY,
            {**COMPANY, "key": "size", "type": "dropdown"},
            {"key": "score", "label": " ", "type": "number"},
            {"label": "Nameless", "type": "text", "note": "?"},
            "plan",
            {**PLAN, "choices": []},
            {**PLAN, "choices": ["free", 5]},
            {**COMPANY, "label": "Again"},
        ],
        "colours": [],
    }
    assert refused(tenants, document) == [
        ("colours", "unknown_field"),
        ("custom_fields[1].type", "invalid_choice"),
        ("custom_fields[2].key", "reserved"),
        ("custom_fields[3].note", "unknown_field"),
        ("custom_fields[4]", "not_a_dict"),
        ("custom_fields[5].choices", "required"),
        ("custom_fields[6].choices[1]", "invalid"),
        ("custom_fields[7]", "duplicate"),
        ("colors[1]", "invalid"),
    ]


def test_the_type_of_a_field_cannot_change(tenants: Tenants) -> None:
    field = CustomField.unscoped.create(workspace=tenants.workspace, key="company", label="Company", type="text")
    document = {"custom_fields": [PLAN, {**COMPANY, "label": "Firm", "type": "number"}]}
    assert refused(tenants, document) == [("custom_fields[1].type", "immutable")]
    field.refresh_from_db()
    assert (field.label, field.type) == ("Company", "text")


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_a_document_that_is_no_object_is_refused(tenants: Tenants, document: Any) -> None:
    assert refused(tenants, document) == []


@pytest.mark.parametrize("section", [None, {}, "plan"])
def test_a_section_that_is_no_list_is_refused(tenants: Tenants, section: Any) -> None:
    assert refused(tenants, {"custom_fields": section}) == [("custom_fields", "not_a_list")]


def test_sections_are_written_and_applied_in_their_order_and_absent_ones_are_left_alone(
    tenants: Tenants, colors: list[str]
) -> None:
    document = {"colors": ["blue"], "custom_fields": [COMPANY]}
    changes = apply_configuration(tenants.actor(), document)
    assert [change.section for change in changes] == ["custom_fields", "colors"]
    names = list(dump_configuration(tenants.actor()))
    assert names.index("custom_fields") < names.index("colors")
    assert apply_configuration(tenants.actor(), {"colors": []}) == []
    assert (colors, fields(tenants.workspace)) == (["blue"], [COMPANY])


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def write(folder: Path, document: Any) -> str:
    file = folder / "config.json"
    file.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return str(file)


def test_the_output_of_dump_config_is_the_input_of_apply_config(tenants: Tenants, tmp_path: Path) -> None:
    apply_configuration(tenants.actor(), DOCUMENT)
    text = run("dump_config", "--workspace", "acme")
    assert text.endswith("}\n")
    assert json.loads(text)["custom_fields"] == DOCUMENT["custom_fields"]
    assert "größer" in text
    file = write(tmp_path, text.encode())
    assert run("apply_config", "--workspace", "acme", file) == "unchanged: 4\n"
    assert run("apply_config", "--workspace", "acme", "--test", file) == (
        "created: custom_fields company\ncreated: custom_fields plan\nunchanged: 2\n"
    )
    assert fields(tenants.twin) == fields(tenants.workspace)
    assert run("dump_config", "--workspace", "acme") == text
    assert json.loads(run("dump_config", "--workspace", "acme", "--test", "--json")) == json.loads(text)


def test_apply_config_reads_standard_input_and_prints_json(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(json.dumps(DOCUMENT).encode())))
    assert json.loads(run("apply_config", "--workspace", "acme", "--json", "-")) == [
        {"section": "custom_fields", "name": "company", "action": "created"},
        {"section": "custom_fields", "name": "plan", "action": "created"},
    ]
    assert fields(tenants.workspace) == [COMPANY, PLAN]


def test_apply_config_prints_what_would_change(tenants: Tenants, tmp_path: Path) -> None:
    apply_configuration(tenants.actor(), {"custom_fields": [COMPANY]})
    file = write(tmp_path, DOCUMENT)
    assert run("apply_config", "--workspace", "acme", "--dry-run", file) == (
        "would be created: custom_fields plan\nunchanged: 1\n"
    )
    assert fields(tenants.workspace) == [COMPANY]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"custom_fields": [COMPANY, {**PLAN, "choices": []}, {**PLAN, "type": "list"}]},
            "custom_fields[1].choices: give at least one value to choose from [required]\n"
            "custom_fields[2].type: give one of: text, number, boolean, date, choice [invalid_choice]",
        ),
        ([], "a configuration is a JSON object of sections [validation_failed]"),
        (b'{"custom_fields": [], "custom_fields": []}', 'the key "custom_fields" occurs twice in one object'),
        (b"", "is not strict JSON: the body is empty"),
        ({"custom_fields": [{**COMPANY, "label": "\0"}]}, "custom_fields[0].label: the character U+0000"),
    ],
)
def test_apply_config_names_what_is_wrong_and_changes_nothing(
    tenants: Tenants, tmp_path: Path, document: Any, said: str
) -> None:
    with pytest.raises(CommandError) as caught:
        run("apply_config", "--workspace", "acme", write(tmp_path, document))
    assert said in str(caught.value)
    assert fields(tenants.workspace) == []


def test_apply_config_refuses_a_file_it_cannot_read(tenants: Tenants, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"cannot read .*none\.json: No such file or directory"):
        run("apply_config", "--workspace", "acme", str(tmp_path / "none.json"))


def test_the_largest_configuration_can_be_applied(tenants: Tenants, tmp_path: Path) -> None:
    choices = [f"choice {number}" for number in range(100)]
    items = [{**PLAN, "key": f"field_{number:03}", "choices": choices} for number in range(200)]
    assert (
        len(run("apply_config", "--workspace", "acme", write(tmp_path, {"custom_fields": items})).splitlines()) == 201
    )
    assert custom_fields(tenants) == items

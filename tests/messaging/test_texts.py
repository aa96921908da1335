"""Templates, and the configuration sections and panel pages of templates and opt-out words."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor, Scope, Subject
from crmsolid.workspaces.configuration import apply_configuration, dump_configuration
from crmsolid.workspaces.models import AuditEntry, Membership, Role, Workspace
from crmsolid.workspaces.services import remove_member
from messaging import texts
from messaging.models import OptOutWord, Template
from messaging.texts import create_template, update_template
from tests.messaging.files.helpers import upload
from tests.panel import browser
from tests.tenants import Tenants


def test_a_template_is_checked_like_a_message(tenants: Tenants) -> None:
    for name, text, code in [
        ("", "Hello", "length"),
        ("x" * 101, "Hello", "length"),
        ("Greeting", "Hello {nobody}", "unknown_variable"),
        ("Greeting", "Hello {", "template_syntax"),
        ("Greeting", " ", "length"),
    ]:
        with pytest.raises(DomainError) as refused:
            create_template(tenants.actor(), name=name, text=text)
        assert [error.code for error in refused.value.errors] == [code]
    assert not Template.unscoped.exists()
    assert not AuditEntry.unscoped.filter(action="template.created").exists()


def test_a_name_is_used_once_in_a_workspace(tenants: Tenants) -> None:
    create_template(tenants.actor(), name=" Greeting ", text="Hello {first_name|there}")
    create_template(tenants.actor(tenants.other), name="Greeting", text="Hi")
    second = create_template(tenants.actor(), name="Farewell", text="Bye")
    with pytest.raises(DomainError) as refused:
        update_template(tenants.actor(), second.pk, name="Greeting", text="Bye")
    assert [error.code for error in refused.value.errors] == ["duplicate"]
    names = Template.objects.for_workspace(tenants.workspace).order_by("name").values_list("name", flat=True)
    assert list(names) == ["Farewell", "Greeting"]


def agent_of(tenants: Tenants, role: Role = Role.AGENT) -> Actor:
    return Actor.member(Membership.unscoped.get(user=tenants.member(role)), tenants.workspace)


def names_seen(actor: Actor, search: str = "") -> list[str]:
    return [each.name for each in texts.list_templates(actor, search=search).rows]


def refusal(call: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return str(refused.value.code)


def test_a_personal_template_is_seen_and_changed_by_its_owner_alone(tenants: Tenants) -> None:
    ann, bob, admin = agent_of(tenants), agent_of(tenants), agent_of(tenants, Role.ADMIN)
    key = Actor(tenants.workspace, Subject("key", "key_1", "Zapier"), frozenset(Scope), None, "rest")
    create_template(admin, name="Greeting", text="Hello")
    own = create_template(ann, name="Greeting", text="Hi {email|}, it is me", shared=False)
    create_template(bob, name="Greeting", text="Yo", shared=False)
    assert names_seen(ann) == ["Greeting", "Greeting"] and names_seen(ann, "is HI") == ["Greeting"]
    for other in (bob, admin, key, tenants.actor()):
        assert names_seen(other, "is hi") == []
        assert refusal(lambda by=other: texts.get_template(by, own.pk)) == "not_found"
        assert refusal(lambda by=other: update_template(by, own.pk, name="x", text="x")) == "not_found"
        assert refusal(lambda by=other: texts.delete_template(by, own.pk)) == "not_found"
        texts.count_uses(other, [own.pk])
    assert Template.unscoped.get(pk=own.pk).uses == 0
    assert names_seen(tenants.actor(tenants.other)) == []
    assert [each["text"] for each in dump_configuration(admin)["templates"]] == ["Hello"]
    assert AuditEntry.unscoped.filter(action__startswith="template.").count() == 1
    assert update_template(ann, own.pk, name="Mine", text="Hi").name == "Mine"
    texts.delete_template(ann, own.pk)
    assert names_seen(ann) == ["Greeting"]


def test_agents_keep_their_own_templates_and_admins_and_keys_share_them(tenants: Tenants) -> None:
    agent, viewer = agent_of(tenants), agent_of(tenants, Role.VIEWER)
    key = Actor(tenants.workspace, Subject("key", "key_1", "Zapier"), frozenset(Scope), None, "rest")
    grant = Actor(tenants.workspace, Subject("grant", "gra_1", "Claude"), frozenset(Scope), None, "mcp")
    for actor, is_shared, code in [
        (agent, True, "forbidden"),
        (viewer, False, "scope_missing"),
        (key, False, "forbidden"),
        (grant, True, "forbidden"),
    ]:
        assert refusal(lambda by=actor, all=is_shared: create_template(by, name="x", text="x", shared=all)) == code
    assert not Template.unscoped.exists()
    shared = create_template(key, name="x", text="x")
    assert refusal(lambda: update_template(agent, shared.pk, name="y", text="y")) == "forbidden"
    assert refusal(lambda: texts.delete_template(agent, shared.pk)) == "forbidden"
    assert Template.unscoped.get().name == "x"


def test_a_name_is_used_once_by_each_owner_and_a_removed_member_leaves_no_templates(tenants: Tenants) -> None:
    agent = agent_of(tenants)
    create_template(agent, name="Greeting", text="Hi", shared=False)
    assert refusal(lambda: create_template(agent, name="Greeting", text="Yo", shared=False)) == "validation_failed"
    twin = Actor.member(Membership.unscoped.get(user_id=int(agent.subject.id)), tenants.twin)
    create_template(twin, name="Greeting", text="Hi", shared=False)
    create_template(tenants.actor(), name="Greeting", text="Hello")
    owner = Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace)
    remove_member(owner, Membership.unscoped.get(user_id=int(agent.subject.id)).pk)
    assert [each.text for each in Template.unscoped.all()] == ["Hello"]


def test_a_template_is_filled_in_for_a_contact_and_names_what_is_missing(tenants: Tenants) -> None:
    actor = tenants.actor()
    apply_configuration(actor, {"custom_fields": [{"key": "company", "label": "Company", "type": "text"}]})
    amara = Contact.unscoped.create(workspace=tenants.workspace, name="Amara *O* {x}")
    for text, format, expected in [
        ("Hi {first_name|there}, {{ok}}", "plain", ("Hi Amara, {{ok}}", "plain", [])),
        ("{name}, of {company}?", "plain", ("Amara *O* {{x}}, of {company}?", "plain", ["company"])),
        ("**{name}** {company}", "markdown", (r"**Amara \*O\* {{x}}** {company}", "markdown", ["company"])),
        ("<b>Hi</b> {email|you}", "html", ("**Hi** you", "markdown", [])),
        (
            "[site](https://x.example/{company}?n={name})",
            "markdown",
            ("[site](https://x.example/{company}?n=Amara%20%2AO%2A%20%7Bx%7D)", "markdown", ["company"]),
        ),
    ]:
        template = create_template(actor, name=text[:50], text=text, format=format)
        found = texts.filled(actor, template.pk, amara.pk)
        assert (found.text, found.format, found.missing) == expected
    stranger = tenants.actor(tenants.other)
    assert refusal(lambda: texts.filled(stranger, template.pk, amara.pk)) == "not_found"


def test_uses_are_counted_and_the_most_used_come_first(tenants: Tenants) -> None:
    actor = tenants.actor()
    one, two, three = (create_template(actor, name=name, text="x") for name in ("a", "b", "c"))
    with unit_of_work():
        texts.count_uses(actor, [two.pk, two.pk, 987654])
    with unit_of_work():
        texts.count_uses(actor, [three.pk, two.pk])
    assert [(each.name, each.uses) for each in texts.most_used_templates(actor, 5)] == [("b", 2), ("c", 1), ("a", 0)]
    one.refresh_from_db()
    assert one.used_at is None


def test_the_sections_are_applied_and_dumped_unchanged(tenants: Tenants) -> None:
    document = {
        "templates": [
            {"name": "A", "text": "Hello *{name}*", "format": "markdown", "attachments": []},
            {"name": "B", "text": " kept as it is \n", "format": "plain", "attachments": []},
        ],
        "opt_out_words": ["/stop", "STOP", "basta"],
    }
    changes = apply_configuration(tenants.actor(), document)
    assert [(change.name, change.action) for change in changes] == [
        ("A", "created"),
        ("B", "created"),
        ("/stop", "unchanged"),
        ("stop", "unchanged"),
        ("basta", "created"),
    ]
    dumped = dump_configuration(tenants.actor())
    assert dumped["templates"] == document["templates"]
    assert dumped["opt_out_words"] == ["/stop", "basta", "stop"]
    assert {change.action for change in apply_configuration(tenants.actor(), dumped)} == {"unchanged"}
    dumped["templates"][0]["text"] = "Hi"
    assert [change.action for change in apply_configuration(tenants.actor(), dumped)][:2] == ["updated", "unchanged"]


def test_the_twin_uses_its_own_file_in_place_of_one_of_the_live_workspace(tenants: Tenants) -> None:
    ours = upload(tenants, b"offer", "offer.txt")
    document = {"templates": [{"name": "Offer", "text": "", "format": "plain", "attachments": [ours.pk]}]}
    twin = tenants.actor(tenants.twin)
    upload(tenants, b"another", "offer.txt", tenants.twin)
    with pytest.raises(DomainError) as refused:
        apply_configuration(twin, document)
    [error] = refused.value.errors
    assert (error.field, error.code) == ("templates[0].attachments[0]", "unknown_file")
    assert error.detail == (
        f"{ours.pk} is a file of the live workspace; upload the same one with POST /v1/files and a test key"
    )
    assert not Template.unscoped.exists()
    same = upload(tenants, b"offer", "copy.txt", tenants.twin)
    assert [change.action for change in apply_configuration(twin, document)] == ["created"]
    assert Template.unscoped.get().attachments == [same.pk]
    assert [change.action for change in apply_configuration(twin, document)] == ["unchanged"]
    # The live workspace accepts only its own files.
    with pytest.raises(DomainError, match="validation_failed"):
        apply_configuration(tenants.actor(), {"templates": dump_configuration(twin)["templates"]})


def test_what_is_wrong_in_the_sections_is_named_by_its_path_and_changes_nothing(tenants: Tenants) -> None:
    document = {"templates": [{"name": "A", "text": "ok"}, {"name": "B", "text": "{"}], "opt_out_words": [3, "new"]}
    with pytest.raises(DomainError) as refused:
        apply_configuration(tenants.actor(), document)
    assert [error.field for error in refused.value.errors] == ["templates[1].text", "opt_out_words[0]"]
    assert not Template.unscoped.exists()
    assert not OptOutWord.objects.for_workspace(tenants.workspace).filter(word="new").exists()


def test_templates_are_made_changed_and_deleted_in_the_panel(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    add = reverse("admin:messaging_template_add")
    refused = client.post(add, {"name": "Greeting", "text": "Hello {nobody}"}).content.decode()
    assert "There is no contact field for {nobody}" in refused and not Template.unscoped.exists()
    assert client.post(add, {"name": "Greeting", "text": "Hello"}).status_code == 302
    template = Template.objects.for_workspace(tenants.workspace).get()
    change = reverse("admin:messaging_template_change", args=[template.pk])
    assert client.post(change, {"name": "Greeting", "text": "Hello {first_name|there}"}).status_code == 302
    assert Template.unscoped.get().text == "Hello {first_name|there}"
    assert (
        client.post(reverse("admin:messaging_template_delete", args=[template.pk]), {"post": "yes"}).status_code == 302
    )
    assert not Template.unscoped.exists()
    actions = AuditEntry.unscoped.filter(action__startswith="template.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["template.created", "template.changed", "template.deleted"]


def previewed(
    tenants: Tenants, text: str, contact: str = "", **fields: str
) -> list[tuple[str, str, str, dict[str, str]]]:
    """What the form shows as previews; the form with its error if it shows none."""
    form = {"name": "", "text": text, "contact": contact, "do": "preview", **fields}
    answer = browser(tenants.owner).post(reverse("admin:messaging_template_add"), form)
    assert answer.status_code == 200 and not Template.unscoped.exists()
    shown = answer.context["previews"]
    assert shown or answer.context["form"].errors
    return [(each.who, each.text, each.problem, each.fallbacks) for each in shown]


def test_the_preview_shows_a_text_as_a_contact_gets_it_and_as_one_without_details(tenants: Tenants) -> None:
    contacts = Contact.unscoped
    contacts.create(workspace=tenants.workspace, name="Ada Lovelace", search="ada lovelace")
    contacts.create(workspace=tenants.workspace, name="Grace Hopper", search="grace hopper")
    contacts.create(workspace=tenants.other, name="Theirs", search="theirs")
    nobody = "a contact without any details"
    assert previewed(tenants, "Hi {first_name|there}, {email|}!", "ada") == [
        ("Ada Lovelace", "Hi Ada, !", "", {"email": ""}),
        (nobody, "Hi there, !", "", {"first_name": "there", "email": ""}),
    ]
    assert previewed(tenants, "Hi {first_name}") == [
        ("Grace Hopper", "Hi Grace", "", {}),
        (nobody, "", "no value for {first_name} and no fallback", {}),
    ]
    assert [who for who, *_ in previewed(tenants, "Hi", "theirs")] == [nobody]


def test_the_preview_says_what_is_wrong_with_a_text(tenants: Tenants) -> None:
    for text in ("Hello {nobody}", "Hello {", "x" * 4097):
        assert previewed(tenants, text) == []


def test_the_preview_is_formatted_and_a_value_is_plain_text(tenants: Tenants) -> None:
    Contact.unscoped.create(workspace=tenants.workspace, name="**Ada** <b>", search="ada")
    ada, nobody = previewed(tenants, "Hi **{name|you}**", "ada", format="markdown")
    assert (ada[1], nobody[1]) == ("Hi <b>**Ada** &lt;b&gt;</b>", "Hi <b>you</b>")
    assert previewed(tenants, "Hi **{name|you}**", "ada")[0][1] == "Hi ****Ada** &lt;b&gt;**"
    assert previewed(tenants, "Hi **you", format="markdown") == []


def test_a_template_keeps_the_format_that_was_chosen(tenants: Tenants) -> None:
    client, add = browser(tenants.owner), reverse("admin:messaging_template_add")
    form = {"name": "Greeting", "text": "Hi <b>you", "format": "html"}
    refused = client.post(add, form).content.decode()
    assert "Unclosed &lt;b&gt; at character 4; close it with &lt;/b&gt;" in refused
    assert not Template.unscoped.exists()
    assert client.post(add, form | {"text": "Hi <b>you</b>"}).status_code == 302
    template = Template.unscoped.get()
    assert (template.text, template.format) == ("Hi <b>you</b>", "html")
    page = client.get(reverse("admin:messaging_template_change", args=[template.pk])).content.decode()
    assert '<option value="html" selected>HTML</option>' in page


def test_a_template_can_be_read_when_the_trial_has_ended(tenants: Tenants) -> None:
    template = create_template(tenants.actor(), name="Greeting", text="Hello")
    past = clock.now() - timedelta(days=1)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=past)
    client, change = browser(tenants.owner), reverse("admin:messaging_template_change", args=[template.pk])
    answer = client.get(change)
    assert answer.status_code == 200 and "Hello" in answer.content.decode()
    assert client.post(change, {"name": "Greeting", "text": "Bye", "do": "save"}).status_code == 403
    assert Template.unscoped.get().text == "Hello"


def test_what_stands_in_the_composer_is_kept_as_a_template_of_the_agent(tenants: Tenants) -> None:
    agent = tenants.member(Role.AGENT)
    client, add = browser(agent), f"{reverse('admin:messaging_template_add')}?thread=thr_00000000000000000000000000"
    page = client.post(add, {"do": "keep_template", "text": "Hello {first_name|}", "format": "markdown"})
    form = page.context["form"]
    assert page.status_code == 200 and not Template.unscoped.exists()
    assert (form["text"].value(), form["format"].value(), "whose" in form.fields) == (
        "Hello {first_name|}",
        "markdown",
        False,
    )
    posted = {"name": "Hi", "text": "Hello {first_name|}", "format": "markdown", "_shown": form.shown, "do": "save"}
    saved = client.post(add, {**posted, "whose": "shared"})
    assert saved["Location"].endswith("/inbox/thr_00000000000000000000000000/")
    template = Template.unscoped.get()
    assert (template.text, template.format, template.owner) == ("Hello {first_name|}", "markdown", agent)


def test_list_of_templates_has_the_shared_ones_and_ones_own_with_their_uses(tenants: Tenants) -> None:
    ann, bob = (tenants.member(Role.AGENT) for _ in range(2))
    shared = create_template(tenants.actor(), name="Greeting", text="Hello")
    by = {user: Actor.member(Membership.unscoped.get(user=user), tenants.workspace) for user in (ann, bob)}
    own = create_template(by[ann], name="My own", text="Hi", shared=False)
    with unit_of_work():
        texts.count_uses(by[ann], [own.pk])
    listed = reverse("admin:messaging_template_changelist")
    page = browser(ann).get(listed).content.decode()
    assert "Greeting" in page and "My own" in page and "Only me" in page
    assert re.findall(r'class="field-uses"[^>]*>(\d+)<', page) == ["0", "1"]
    assert "Greeting" not in browser(ann).get(f"{listed}?whose=own").content.decode()
    assert "My own" not in browser(ann).get(f"{listed}?whose=shared").content.decode()
    change = reverse("admin:messaging_template_change", args=[own.pk])
    for other in (bob, tenants.owner):
        assert "My own" not in browser(other).get(listed).content.decode()
        assert browser(other).get(change).status_code == 404
        assert browser(other).post(change, {"name": "x", "text": "x"}).status_code == 404
    of_all = reverse("admin:messaging_template_change", args=[shared.pk])
    assert "Hello" in browser(ann).get(of_all).content.decode()
    assert browser(ann).post(of_all, {"name": "x", "text": "x"}).status_code == 403
    assert (
        browser(ann).post(reverse("admin:messaging_template_delete", args=[shared.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert browser(ann).post(change, {"name": "Mine", "text": "Hi"}).status_code == 302
    assert set(Template.unscoped.values_list("name", flat=True)) == {"Greeting", "Mine"}


def test_opt_out_words_are_added_and_removed_in_the_panel(tenants: Tenants) -> None:
    client, words = browser(tenants.owner), OptOutWord.objects.for_workspace(tenants.workspace)
    add = reverse("admin:messaging_optoutword_add")
    assert "This word is in the list already." in client.post(add, {"word": "Stop!"}).content.decode()
    assert client.post(add, {"word": "Basta"}).status_code == 302
    added = words.get(word="basta")
    assert (
        client.post(reverse("admin:messaging_optoutword_delete", args=[added.pk]), {"post": "yes"}).status_code == 302
    )
    assert list(words.order_by("word").values_list("word", flat=True)) == ["/stop", "stop"]

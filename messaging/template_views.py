"""The REST endpoints of templates, which are the texts that a workspace shares. No key sees those that a member keeps
alone."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import Choice, PageQuery, StrictSerializer, Text
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.representations import TEAM, AnyField, Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Actor, Scope
from messaging import texts
from messaging.inputs import TEMPLATE_OR_EMPTY, TEXT_HELP, AttachmentsField, FormatField
from messaging.models import Format, Template

READ, WRITE = (Scope.READ_MESSAGES,), (Scope.WRITE_MESSAGES,)
NAME_HELP = "Unique among those that are shared."


# --- Shapes -----------------------------------------------------------------------------------------------------------
class TemplateOut(Representation):
    """A text that the workspace keeps for messages. Give `text`, `format` and `attachments` to `POST
    /v1/messages/send`, which fills in the variables."""

    untrusted: ClassVar[tuple[str, ...]] = ("name", "text")
    text_of = TEAM
    is_resource = True
    example = {"id": 31, "name": "Welcome", "text": "Hi {first_name|there}, welcome!", "attachments": []}

    id = serializers.IntegerField(help_text="The template's id.")
    name = serializers.CharField(help_text="What people call it.")
    text = serializers.CharField(allow_blank=True, help_text="The text with its variables.")
    format = serializers.ChoiceField(choices=Format.values, help_text="How `text` is written.")
    attachments = serializers.ListField(child=serializers.CharField(), help_text="The ids of its files.")
    created_at = serializers.DateTimeField(help_text="When it was made.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last.")


class TemplateWrittenOut(TemplateOut):
    """The template; a key without `read:messages` gets `id` and the fields it sent."""

    is_resource = False

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "id"
        return fields


class TemplateIn(StrictSerializer):
    needs_one_of = ("text", "attachments")
    example = {"name": "Welcome", "text": "Hi {first_name|there}, welcome!"}
    resource = TemplateOut

    name = Text(max_length=texts.MAX_NAME, trim_whitespace=True, help_text=NAME_HELP)
    text = Text(
        default="",
        allow_blank=True,
        max_length=20_000,
        documented_pattern=TEMPLATE_OR_EMPTY,
        help_text=TEXT_HELP,
    )
    format = FormatField()
    attachments = AttachmentsField()


class TemplatePatch(StrictSerializer):
    """What to replace; what is absent stays."""

    example = {"text": "Hi {first_name|there}, good to have you here!"}
    resource = TemplateOut

    name = Text(required=False, max_length=texts.MAX_NAME, trim_whitespace=True, help_text=NAME_HELP)
    text = Text(
        required=False,
        allow_blank=True,
        max_length=20_000,
        documented_pattern=TEMPLATE_OR_EMPTY,
        help_text=TEXT_HELP,
    )
    format = Choice(required=False, choices=Format.values, help_text="How `text` is written.")
    attachments = AttachmentsField()


class TemplateQuery(PageQuery):
    search = Text(required=False, max_length=200, help_text="Part of the name or text, case-blind.")


# --- Views ------------------------------------------------------------------------------------------------------------
def _written(actor: Actor, template: Template, sent: Mapping[str, Any]) -> ApiResponse:
    """The answer of a write; without ``read:messages`` it is what was sent."""
    data: dict[str, Any] = TemplateOut.render(template)
    if not actor.has(Scope.READ_MESSAGES):
        return ApiResponse({name: data[name] for name in ("id", *sent)}, may_name_people=True)
    return ApiResponse(data, headers={"ETag": entity_tag(data)}, may_name_people=True)


class TemplatesView(WorkspaceView):
    """List templates; make one."""

    @endpoint(scopes=READ, query=TemplateQuery, responses={200: ListOf(TemplateOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        """List the templates that the workspace shares, by name."""
        page = texts.list_templates(self.actor, **self.query)
        return ApiResponse(page.as_dict([TemplateOut.render(template) for template in page.rows]))

    @endpoint(scopes=WRITE, body=TemplateIn, responses={201: TemplateWrittenOut}, etag=True, narrowed=Narrowed.SERVED)
    def post(self) -> ApiResponse:
        """Make a template that the workspace shares.

        A key without `read:messages` is answered `id` and what it sent.
        """
        response = _written(self.actor, texts.create_template(self.actor, **self.body), self.body)
        response.status = 201
        response.headers["Location"] = f"/v1/templates/{response.data['id']}"
        return response


class TemplateView(WorkspaceView):
    """One template: read it, change it, delete it."""

    @endpoint(scopes=READ, responses={200: TemplateOut}, narrowed=Narrowed.SERVED)
    def get(self, template_id: int) -> ApiResponse:
        """Read a template."""
        return ApiResponse(TemplateOut.render(texts.get_template(self.actor, template_id)))

    @endpoint(scopes=WRITE, body=TemplatePatch, responses={200: TemplateWrittenOut}, narrowed=Narrowed.SERVED)
    def patch(self, template_id: int) -> ApiResponse:
        """Change a template.

        Fields that are given are replaced. Messages that were made from it stay as they are.
        """
        check = self.preconditions.check(TemplateOut.render)
        template = texts.update_template(self.actor, template_id, **self.body, check=check)
        return _written(self.actor, template, self.body)

    @endpoint(scopes=WRITE, responses={204: None}, narrowed=Narrowed.SERVED)
    def delete(self, template_id: int) -> ApiResponse:
        """Delete a template."""
        check = self.preconditions.check(TemplateOut.render)
        texts.delete_template(self.actor, template_id, check=check)
        return ApiResponse(None, status=204)

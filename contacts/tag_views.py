"""The REST endpoints of tags as such. The tags of one contact are changed by those of contacts."""

from typing import Any, ClassVar

from rest_framework import serializers

from contacts import tags
from contacts.normalization import tag as normal_form
from contacts.tags import COUNT_LIMIT, CountedTag
from contacts.validation import MAX_TAG, TAG
from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import PageQuery, StrictSerializer, Text
from crmsolid.api.pagination import cursor_of_value, value_of_cursor
from crmsolid.api.representations import UNKNOWN, Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.jobs.models import Job
from crmsolid.jobs.representations import JobOut
from crmsolid.workspaces.actor import Scope

READ, WRITE = (Scope.READ_CONTACTS,), (Scope.READ_CONTACTS, Scope.WRITE_CONTACTS)


# --- Shapes -----------------------------------------------------------------------------------------------------------
class TagOut(Representation):
    """A tag. It exists for as long as a contact has it."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = UNKNOWN
    example = {"name": "vip", "contacts": 12, "contacts_is_minimum": False}

    name = serializers.CharField(help_text="The tag itself.")
    contacts = serializers.IntegerField(
        min_value=1, max_value=COUNT_LIMIT, help_text=f"How many contacts have it; counting stops at {COUNT_LIMIT:,}."
    )
    contacts_is_minimum = serializers.BooleanField(help_text="Whether more contacts than that have it.")

    @staticmethod
    def read_contacts(tag: CountedTag) -> int:
        return min(tag.count, COUNT_LIMIT)

    @staticmethod
    def read_contacts_is_minimum(tag: CountedTag) -> bool:
        return tag.count > COUNT_LIMIT


class RenameTagIn(StrictSerializer):
    example = {"name": "customer"}
    resource = TagOut

    name = Text(max_length=MAX_TAG, documented_pattern=TAG, help_text="The new name; that of another tag merges them.")


# --- Views ------------------------------------------------------------------------------------------------------------
def _started(job: Job) -> ApiResponse:
    return ApiResponse(JobOut.render(job), status=202, headers={"Location": f"/v1/jobs/{job.pk}"})


class TagsView(WorkspaceView):
    """The tags that contacts have."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(TagOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        """List the tags that contacts have, by name."""
        list_of: dict[str, Any] = {"of": "tags", "workspace_id": self.workspace.pk}
        cursor = self.query.get("cursor")
        start = "" if cursor is None else value_of_cursor(cursor, **list_of)
        page = tags.list_tags(self.actor, start=start, limit=self.query["limit"])
        after = None if page.next_cursor is None else cursor_of_value(page.next_cursor, **list_of)
        return ApiResponse({"data": [TagOut.render(tag) for tag in page.rows], "next_cursor": after})


class TagView(WorkspaceView):
    """One tag: count its contacts, rename it, delete it."""

    @endpoint(scopes=READ, responses={200: TagOut}, narrowed=Narrowed.SERVED)
    def get(self, tag: str) -> ApiResponse:
        """Count the contacts that have a tag."""
        return ApiResponse(TagOut.render(tags.get_tag(self.actor, normal_form(tag))))

    @endpoint(scopes=WRITE, body=RenameTagIn, responses={202: JobOut}, operation_id="rename_tag", slow=True)
    def patch(self, tag: str) -> ApiResponse:
        """Rename a tag, or merge it into another.

        The job gives the other tag to all contacts that have this one. Segments follow; scoring rules, sequences and
        broadcasts that name the tag do not. With `If-Match` it only starts while as many contacts have the tag.
        """
        check = self.preconditions.check(TagOut.render)
        return _started(tags.rename_tag(self.actor, normal_form(tag), to=self.body["name"], check=check))

    @endpoint(scopes=WRITE, responses={202: JobOut}, slow=True)
    def delete(self, tag: str) -> ApiResponse:
        """Take a tag from all contacts that have it, by a job."""
        check = self.preconditions.check(TagOut.render)
        return _started(tags.delete_tag(self.actor, normal_form(tag), check=check))

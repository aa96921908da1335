"""The tags of a workspace: how many people have each, renaming, merging, deleting."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.http.response import HttpResponseBase

from contacts import tags
from contacts.normalization import tag as normalize_tag
from contacts.panel.forms import RenameTagForm
from contacts.tags import CountedTag
from contacts.uses import find_tag_uses
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage, error_text

TAGS = "contacts_contacttag_changelist"
MAX_START = 64


class TagListPage(TenantPage):
    name = TAGS
    title = "Tags"
    template = "panel/tags.html"

    def get(self, request: Any) -> HttpResponseBase:
        start = normalize_tag(request.GET.get("from", "").replace("\0", "")[:MAX_START])
        found = tags.list_tags(self.actor, start=start)
        return self.render(
            tags=[(each, self._people(each), self._change(each)) for each in found.rows],
            after=f"?{urlencode({'from': found.next_cursor})}" if found.next_cursor else "",
            start=start,
        )

    def _people(self, tag: CountedTag) -> str:
        return panel_url("contacts_contact_changelist", query={"tag": tag.name})

    def _change(self, tag: CountedTag) -> str:
        return panel_url(TagPage.name, query={"tag": tag.name})


class TagPage(TenantPage):
    """Renames a tag, merges it into another, or deletes it. The tag is in the query: it may have any character."""

    name = "contacts_contacttag_edit"
    title = "Tag"
    template = "panel/tag.html"
    viewers = TenantPage.changers

    def get(self, request: Any) -> HttpResponseBase:
        return self._page(self._tag(), RenameTagForm())

    def post(self, request: Any) -> HttpResponseBase:
        tag, form = self._tag(), RenameTagForm(request.POST)
        try:
            if request.POST.get("do") == "delete":
                job = tags.delete_tag(self.actor, tag.name)
            elif form.is_valid():
                job = tags.rename_tag(self.actor, tag.name, **form.cleaned_data)
            else:
                return self._page(tag, form, status=422)
        except DomainError as error:
            form.add_error("to", error_text(error))
            return self._page(tag, form, status=422)
        return self.redirect("workspaces_job_change", job.pk)

    def _tag(self) -> CountedTag:
        try:
            return tags.get_tag(self.actor, self.request.GET.get("tag", "").replace("\0", ""))
        except DomainError:
            raise Http404 from None

    def _page(self, tag: CountedTag, form: RenameTagForm, status: int = 200) -> HttpResponseBase:
        uses = find_tag_uses(self.actor, tag.name)
        return self.render(
            status=status,
            title=tag.name,
            page_label=tag.name,
            tag=tag,
            form=form,
            uses=uses,
            following=[use for use in uses if not use.advice],
            by_hand=[use for use in uses if use.advice],
        )

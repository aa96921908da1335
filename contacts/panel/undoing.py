"""What assistants and rules have changed on contacts in the last seven days, and taking it back."""

from itertools import groupby
from typing import Any

from django.http.response import HttpResponseBase

from contacts.models import AssistantChange
from contacts.undoing import services
from contacts.undoing.recording import ASSIGNEE, TAGS
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces.actor import WRITERS
from crmsolid.workspaces.models import User

_SAID = {
    services.UNDONE: "{} taken back",
    services.CHANGED_SINCE: "{} left as they are, because somebody has changed them since",
    services.REFUSED: "{} could not be taken back",
}


class AssistantChangesPage(TenantPage):
    name = "contacts_assistantchange_changelist"
    title = "Assistants' changes"
    template = "panel/assistant_changes.html"
    viewers = WRITERS

    def get(self, request: Any) -> HttpResponseBase:
        changes = services.list_changes(self.actor, session=request.GET.get("session", ""))
        names = _names_of_users(changes)
        sessions = [
            {"id": session, "changes": [_shown(change, names) for change in rows]}
            for session, rows in ((key, list(group)) for key, group in groupby(changes, lambda each: each.session))
        ]
        for session in sessions:
            rows: list[dict[str, Any]] = session["changes"]
            session |= {
                "author": rows[0]["change"].author_name,
                "began": rows[-1]["change"].at,
                "ended": rows[0]["change"].at,
                "open": sum(not row["change"].undone_at for row in rows),
            }
        return self.render(sessions=sessions)

    def post(self, request: Any) -> HttpResponseBase:
        change, session = request.POST.get("change", ""), request.POST.get("session", "")
        found = services.undo(
            self.actor, change_id=int(change) if change.isdecimal() and len(change) < 18 else None, session=session
        )
        self.say(f"{', '.join(text.format(found[kind]) for kind, text in _SAID.items() if found[kind])}.".capitalize())
        return self.redirect(self.name)


def _names_of_users(changes: list[AssistantChange]) -> dict[int, str]:
    """The names of the members in changes of assignments, with one query."""
    ids = {value for each in changes if each.field == ASSIGNEE for value in (each.old, each.new) if value is not None}
    return {user.pk: user.shown_name for user in User.objects.filter(pk__in=ids)} if ids else {}


def _shown(change: AssistantChange, names: dict[int, str]) -> dict[str, Any]:
    label = change.field.removeprefix("custom_fields.").replace("_", " ").capitalize()
    if change.field == TAGS:
        changed = [*(f"+ {tag}" for tag in change.new or ()), *(f"− {tag}" for tag in change.old or ())]
        return {"change": change, "label": label, "old": "", "new": ", ".join(changed)}
    if change.field == ASSIGNEE:
        old, new = (names.get(value, "nobody") if value is not None else "nobody" for value in (change.old, change.new))
        return {"change": change, "label": label, "old": old, "new": new}
    return {"change": change, "label": label, "old": _text(change.old), "new": _text(change.new)}


def _text(value: Any) -> str:
    return "empty" if value in (None, "") else str(value)

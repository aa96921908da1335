import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from messaging.models import Account
from tests.messaging.helpers import send
from tests.tenants import Tenants


def create(*arguments: str) -> Any:
    out = StringIO()
    call_command("create_sandbox_account", "--workspace", "acme", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_a_sandbox_account_is_made_and_can_send(tenants: Tenants) -> None:
    made = create("--name", " Second ")
    account = Account.objects.for_workspace(tenants.workspace).get()
    assert made == {"id": account.pk, "name": "Second", "kind": "sandbox", "state": "connected", "daily_limit": 50}
    assert send(account).status == "queued"


def test_the_daily_limit_and_the_test_twin_can_be_chosen(tenants: Tenants) -> None:
    made = create("--name", "Small", "--test", "--daily-limit", "3")
    account = Account.objects.for_workspace(tenants.twin).get(pk=made["id"])
    assert (account.name, account.daily_limit, made["daily_limit"]) == ("Small", 3, 3)
    assert not Account.objects.for_workspace(tenants.workspace).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "x", "--daily-limit", "0"], "a daily limit is 1 to 1,000,000"),
        (["--name", "x", "--daily-limit", "1000001"], "a daily limit is 1 to 1,000,000"),
        (["--name", "x", "--daily-limit", "many"], "invalid int value"),
        (["--name", " "], "a name has 1 to 100 characters"),
        (["--name", "x" * 101], "a name has 1 to 100 characters"),
        (["--name", "x", "--workspace", "nowhere"], "there is no workspace 'nowhere'"),
    ],
)
def test_invalid_options_are_refused(tenants: Tenants, arguments: list[str], said: str) -> None:
    before = Account.unscoped.count()
    with pytest.raises(CommandError, match=said):
        create(*arguments)
    assert Account.unscoped.count() == before

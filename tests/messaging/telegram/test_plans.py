"""An account with a long history: what an update is about is found by an index."""

import pytest
from django.db import connection

from messaging.models import Account, Message
from tests.messaging.helpers import require_postgresql


@pytest.mark.django_db
def test_a_message_is_found_by_its_number_at_telegram(shop: Account) -> None:
    require_postgresql()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a table this small would be read whole
    plan = Message.unscoped.filter(account=shop, telegram_message_id=7).explain()
    assert "message_of_telegram" in plan

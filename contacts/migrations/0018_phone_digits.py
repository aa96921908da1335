"""The index by which contacts are found by their phone number."""

from django.db import migrations, models
from django.db.models import F, Func, Q, TextField, Value

from crmsolid.workspaces.migration_operations import AddIndexConcurrently

_DIGITS = Func(
    F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="REGEXP_REPLACE", output_field=TextField()
)
_WITHOUT_00 = Func(_DIGITS, Value("^00"), Value(""), Value("g"), function="REGEXP_REPLACE", output_field=TextField())


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0017_conversations")]

    operations = [
        AddIndexConcurrently(
            "contact",
            models.Index(F("workspace"), _WITHOUT_00, name="contact_by_phone", condition=~Q(phone="")),
        ),
        # Until then PostgreSQL would expect that one in 200 contacts has the number, and prefer the order of a list.
        migrations.RunSQL("ANALYZE contacts_contact", migrations.RunSQL.noop),
    ]

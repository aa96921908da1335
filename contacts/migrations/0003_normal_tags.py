"""Tags get their normal form, which has been NFC since this version. A contact that has one tag in two forms keeps one."""

import unicodedata
from typing import Any

from django.db import migrations


def normalize(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("contacts", "ContactTag")._base_manager
    for row in [row for row in rows.iterator() if not unicodedata.is_normalized("NFC", row.name)]:
        name = unicodedata.normalize("NFC", row.name)
        if len(name) > 64:  # a few letters become longer; such a tag stays as it is
            continue
        if rows.filter(contact_id=row.contact_id, name=name).exists():
            row.delete()
        else:
            rows.filter(pk=row.pk).update(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0002_tenant_keys"),
    ]

    operations = [
        migrations.RunPython(normalize, migrations.RunPython.noop, elidable=True),
    ]

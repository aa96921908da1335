"""The indexes that segments and search need where there are many contacts. They are built while others write."""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddGinIndex, AddIndexConcurrently, AddTrigramIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contacts", "0006_segments"),
    ]

    operations = [
        AddIndexConcurrently(
            "contacttag", models.Index(fields=["folded", "workspace", "contact"], name="contacttag_by_folded")
        ),
        AddGinIndex("contact", "contact_by_fields", "custom_fields jsonb_path_ops, folded_fields jsonb_path_ops"),
        AddTrigramIndex("contact", "contact_by_search", "search gin_trgm_ops"),
    ]

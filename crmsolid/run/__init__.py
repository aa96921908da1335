"""``python -m crmsolid.run``: the whole product, in one process or several. See docs/running.md."""

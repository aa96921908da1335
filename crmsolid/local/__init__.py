"""``python -m crmsolid.local``: the whole product on one machine. See docs/running.md."""

"""``/v1/analytics``: statistics by period, over the ``stats`` modules of the apps."""

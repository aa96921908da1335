"""The kinds of load of ``make chaos``: about 20 requests a second together."""

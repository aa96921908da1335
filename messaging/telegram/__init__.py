"""Telegram for real, by Telethon. No other package imports Telethon.

``services`` log in and out, ``gateway`` is what the rest of messaging sees, ``worker`` ties an ``Owner`` to a Celery
worker: one event loop in a thread, which leases accounts, keeps their connections, sends and receives.
"""

"""Telegram accounts over Telethon. No other package imports Telethon.

``services`` logs accounts in and out. ``gateway`` is what the rest of messaging and Celery see; it starts one
``AccountWorker`` per Celery worker: an event loop in a thread that leases accounts, keeps their connections open,
sends and receives.
"""

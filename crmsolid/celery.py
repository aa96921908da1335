"""The Celery application. Tasks are doorbells: the rows say what is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

app = Celery("crmsolid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

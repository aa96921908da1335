"""CRM Solid: the project package. Importing it makes its Celery application the current one."""

from crmsolid.celery import app as celery_app

__all__ = ["celery_app"]

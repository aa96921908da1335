"""CRM Solid: the shell of the product. Importing it makes our Celery application the current one."""

from crmsolid.celery import app as celery_app

__all__ = ["celery_app"]

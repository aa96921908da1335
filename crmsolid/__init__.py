"""The shell of CRM Solid. Every process that loads it knows the Celery application, or a doorbell would ring nowhere."""

from crmsolid.celery import app as celery_app

__all__ = ["celery_app"]

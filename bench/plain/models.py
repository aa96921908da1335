from django.db import models


class PlainTag(models.Model):
    name = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "plain"


class PlainContact(models.Model):
    username = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    tags = models.ManyToManyField(PlainTag)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"

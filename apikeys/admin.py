from django.contrib import admin

from apikeys.models import ApiKey
from apikeys.panel import ApiKeyAdmin

admin.site.register(ApiKey, ApiKeyAdmin)

from django.contrib import admin

from crmsolid.oauth.models import Grant
from crmsolid.oauth.panel import GrantAdmin

admin.site.register(Grant, GrantAdmin)

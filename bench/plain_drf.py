"""The simplest implementation for comparison: a ModelViewSet with token authentication that stores the same contact."""

import os
import sys

import django
import environ
from django.conf import settings

DATABASE = environ.Env.db_url_config(os.environ["BENCH_PLAIN_DATABASE_URL"])

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={"default": {**DATABASE, "CONN_MAX_AGE": None}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "rest_framework",
        "rest_framework.authtoken",
        "bench.plain",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
        "PAGE_SIZE": 50,
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    TRUSTED_PROXIES=0,  # the bridge reads the address of the client
)
django.setup()

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from rest_framework import routers, serializers, viewsets

from bench.plain.models import PlainContact, PlainTag


class ContactSerializer(serializers.ModelSerializer):
    tags = serializers.ListField(child=serializers.CharField(), write_only=True)

    class Meta:
        model = PlainContact
        fields = ["id", "username", "name", "email", "tags", "created_at"]

    def create(self, validated):
        tags = validated.pop("tags")
        contact = PlainContact.objects.create(**validated)
        contact.tags.set([PlainTag.objects.get_or_create(name=tag)[0] for tag in tags])
        return contact

    def to_representation(self, contact):
        return {**super().to_representation(contact), "tags": [tag.name for tag in contact.tags.all()]}


class ContactViewSet(viewsets.ModelViewSet):
    queryset = PlainContact.objects.order_by("-id").prefetch_related("tags")
    serializer_class = ContactSerializer


router = routers.SimpleRouter(trailing_slash=False)
router.register("contacts", ContactViewSet)
urlpatterns = [path("v1/", include(router.urls))]


def prepare() -> str:
    """Create the tables and one user; returns its token."""
    from django.contrib.auth.models import User
    from rest_framework.authtoken.models import Token

    call_command("migrate", verbosity=0, run_syncdb=True)
    user, _ = User.objects.get_or_create(username="bench")
    return Token.objects.get_or_create(user=user)[0].key


if __name__ == "__main__":
    print(prepare())
    sys.exit()

from crmsolid.serving.root import RootApplication

application = RootApplication({}, get_wsgi_application())

"""A dataclass shows no secret when it is printed, as a traceback, a debugger or a log line may do."""

import dataclasses
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps

from tests.architecture import PACKAGES

SECRET = re.compile(r"secret|token|password|passphrase|auth_key|recovery|code_hash|credential", re.IGNORECASE)
# Fields whose name looks like that of a secret, and what they hold instead.
NO_SECRETS = {
    "ApiResponse.secret": "whether there is one",
    "Caller.credentials": "the key's row, which has a digest",
    "Endpoint.has_secrets": "whether a call has one",
    "EndpointSnapshot.secrets": "an object that shows none of them",
    "LoginInProgress.needs_password": "whether it does",
    "RequestContext.credentials": "the key's row, which has a digest",
}


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        root = import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not {"migrations", "management", "__main__"} & set(found.name.split(".")):
                yield import_module(found.name)


def shown_fields() -> set[str]:
    """The fields of dataclasses that have such a name and are part of the ``repr``."""
    found: set[str] = set()
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__ and dataclasses.is_dataclass(value):
                if "__repr__" in vars(value) and not value.__dataclass_params__.repr:  # type: ignore[attr-defined]
                    continue
                fields = dataclasses.fields(value)
                found.update(f"{name}.{each.name}" for each in fields if SECRET.search(each.name) and each.repr)
    return found


def test_fields_with_secrets_are_left_out() -> None:
    assert shown_fields() == set(NO_SECRETS)


def test_models_show_no_field_of_a_secret() -> None:
    """``str(row)`` of each model with such a column, whose value can be recognized."""
    checked = 0
    for model in apps.get_models():
        columns = [each for each in model._meta.concrete_fields if SECRET.search(each.name) and not each.is_relation]
        if not model.__module__.startswith(tuple(PACKAGES)) or not columns:
            continue
        row = model(**{each.attname: "planted" for each in columns})
        assert "planted" not in f"{row} {row!r}", model
        checked += 1
    assert checked > 5

"""Nothing is kept that nothing uses: names in the code, templates and their tags, classes of style sheets, icons."""

import enum
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import global_settings
from vulture import Vulture

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks")

# What frameworks call or read that is in none of their classes, and what is called by a name that is put together.
CALLED = (
    *("Command", "*Config", "app_configs", "app_name", "handler403", "handler404", "handler500"),
    *("REST_FRAMEWORK", "SPECTACULAR_SETTINGS", "CELERY_*", "OAUTH2_PROVIDER_*", "WHITENOISE_*", "*_FORMAT"),
    *("constraints", "indexes", "base_manager_name", "default_manager_name"),  # of Meta
    *("USERNAME_FIELD", "is_staff", "create_superuser", "get_help_text"),  # of users and their passwords
    *("clean_*", "process_view", "process_exception"),  # of forms and middleware
    *("read_*", "heading_close", "table_open", "table_close"),  # fields of representations; Markdown's tokens
    *("_funnel", "_sequences", "_enrollments", "_broadcasts"),  # crmsolid.analytics.panel.behind
    *("_invite", "_resend", "_role", "_require"),  # actions of the page of members
    *("cacheable", "formsets", "kw", "local_addr", "token_type_hint"),  # arguments
    *("arrival", "holds", "unknown_workspaces"),  # of dataclasses, which are compared, or become dictionaries
    *("under_way", "first_answer_by_id"),  # for tests; the column of a relation, which is set on a row
)
# What is set on objects of frameworks, or kept from the garbage collector.
SET = (
    *("_factory", "_has_been_logged", "_value_", "_watcher", "errors_occurred", "http_protocol_class", "initkwargs"),
    *("chunked_encoding", "expected_content_length", "last_run_at", "levelno", "nowfun", "upload_handlers"),
    *("MAX_IMAGE_PIXELS", "worker_concurrency"),
)
DECORATORS = ("@shared_task*", "@register*", "@admin.register*", "@*.connect*")


@cache
def sources() -> dict[Path, str]:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return {file: file.read_text() for file in files if "migration" not in str(file)}


@cache
def templates() -> dict[Path, str]:
    return {file: file.read_text() for file in (ROOT / "templates").rglob("*") if file.is_file()}


@cache
def static(suffix: str) -> dict[Path, str]:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob(f"static/**/*{suffix}"))
    return {file: file.read_text() for file in files if "vendor" not in file.parts}


@cache
def words_in_templates() -> set[str]:
    tags = (tag for text in templates().values() for tag in re.findall(r"\{[{%](.*?)[%}]\}", text))
    return {word for tag in tags if not tag.startswith(" load ") for word in re.split(r"\W+|__", tag)}


def classes() -> Iterator[type]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                found = importlib.import_module(module.name)
                yield from (each for _, each in inspect.getmembers(found, inspect.isclass))


def is_ours(each: type) -> bool:
    return each.__module__.split(".")[0] in PACKAGES


def names_of_frameworks() -> set[str]:
    """What classes of frameworks have from which ours derive, Django's settings, and the members of enumerations."""
    ours = {each for each in classes() if is_ours(each)}
    bases = {base for each in ours for base in each.__mro__ if not is_ours(base)}
    members = {name for each in ours if issubclass(each, enum.Enum) for name in each.__members__}
    return {name for base in bases for name in dir(base)} | members | set(dir(global_settings))


def names_in_texts() -> set[str]:
    """Names that are keywords (``filter(name=…)``), in strings without spaces, or in templates."""
    found = set(words_in_templates())
    for text in sources().values():
        found.update(re.findall(r"\b(\w+)=", text))
        found.update(word for quoted in re.findall(r'"([^\s"]+)"', text) for word in re.split(r"\W+|__", quoted))
    return found


def test_each_name_is_used() -> None:
    vulture = Vulture(ignore_names=[*CALLED, *SET], ignore_decorators=list(DECORATORS))
    vulture.scavenge(list(sources()))
    vulture.used_names |= names_in_texts() | names_of_frameworks()
    assert [item.get_report() for item in vulture.get_unused_code()] == []


def test_each_template_is_used() -> None:
    """By its path, or by its name alone where code puts the path together. Django finds those in ``admin/`` itself."""
    everything = "\n".join([*templates().values(), *sources().values()])
    named = set(re.findall(r"[\"']([\w./-]+)[\"']", everything))
    paths = {str(file.relative_to(ROOT / "templates")): file.stem for file in templates()}
    unused = {path for path, stem in paths.items() if not {path, stem} & named and not path.startswith("admin/")}
    assert unused == {"400.html", "500.html"}  # Django's names


def test_each_template_tag_is_used() -> None:
    declared = r"@register\.(?:filter|simple_tag|inclusion_tag)(?:\((.*)\))?\ndef (\w+)"
    tags = {
        named[1] if (named := re.search(r'name="(\w+)"', arguments)) else function
        for text in sources().values()
        for arguments, function in re.findall(declared, text)
    }
    assert len(tags) > 5
    assert tags - words_in_templates() == set()


def test_each_class_of_a_style_sheet_is_used() -> None:
    """A class is named whole, or its beginning is followed by a variable: ``cs-label-{}``."""
    everything = "\n".join([*templates().values(), *sources().values(), *static(".js").values()])
    words = set(re.findall(r"[\w-]+", everything))
    beginnings = tuple(re.findall(r"\b([a-z]+-(?:[\w-]*-)?)\{", everything))
    unused = []
    for file, text in static(".css").items():
        bare = re.sub(r"/\*.*?\*/|url\([^)]*\)|\"[^\"]*\"", "", text, flags=re.S)
        for name in re.findall(r"\.(-?[a-zA-Z_][\w-]*)", bare):
            is_of_pygments = file.name == "docs.css" and len(name) <= 2
            is_of_swagger = file.name == "swagger.css" and not name.startswith("docs-")
            if name not in words and not name.startswith(beginnings) and not (is_of_pygments or is_of_swagger):
                unused.append(f"{file.name}: {name}")
    assert unused == []


def test_each_icon_is_used() -> None:
    (icons,) = (ROOT / "crmsolid/panel/static/panel").glob("icons.svg")
    names = re.findall(r'<symbol id="([\w-]+)"', icons.read_text())
    everything = "\n".join([*templates().values(), *sources().values(), *static(".js").values()])
    assert len(names) > 20
    assert [name for name in names if not re.search(rf"[\"'#]{name}[\"']", everything)] == []

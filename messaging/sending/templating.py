"""Variables in a message's text: `{first_name}`, with a fallback `{first_name|there}`; `{{` and `}}` are braces."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Every brace is one of these, so what lies between two matches is plain text. Linear: no alternative can run on.
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[^\W\d]\w{0,63}")


class TemplateSyntaxError(ValueError):
    """The text is no template; `detail` says where (characters from 1) and what to write."""

    code = "template_syntax"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TemplateUnresolved(ValueError):
    """The variable `name` has no value and the text gives no fallback."""

    code = "template_unresolved"

    def __init__(self, name: str) -> None:
        self.detail = f"no value for {{{name}}} and no fallback"
        super().__init__(self.detail)
        self.name = name


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    fallback: str | None


def variables(text: str) -> set[str]:
    """The names a text asks for, with or without fallback. Raises TemplateSyntaxError."""
    return {part.name for part in _parts(text) if isinstance(part, _Variable)}


def literal(text: str) -> str:
    """What every reader gets: the text without its variables. Raises TemplateSyntaxError."""
    return "".join(part for part in _parts(text) if isinstance(part, str))


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every variable replaced; a value that is missing, None or blank gives way to the fallback.

    One pass over the template: a brace inside a value is only a brace. An empty fallback, `{name|}`, means "leave it
    out". Raises TemplateUnresolved for the first variable without value and fallback, and TemplateSyntaxError.
    """
    return "".join(part if isinstance(part, str) else _resolve(part, values) for part in _parts(text))


def utf16_length(text: str) -> int:
    """Telegram counts a text in UTF-16 units: an emoji outside the basic plane counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _resolve(variable: _Variable, values: Mapping[str, str | None]) -> str:
    value = values.get(variable.name)
    if value is not None and value.strip():
        return value
    if variable.fallback is None:
        raise TemplateUnresolved(variable.name)
    return variable.fallback


def _parts(text: str) -> Iterator[str | _Variable]:
    end = 0
    for match in _TOKEN.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        yield _part(match)
    yield text[end:]


def _part(match: re.Match[str]) -> str | _Variable:
    token, position = match[0], match.start() + 1
    if token in ("{{", "}}"):
        return token[0]
    if token in ("{", "}"):
        raise TemplateSyntaxError(f"a single {token} at character {position}; write {token * 2} for the character")
    name, bar, fallback = match[1].partition("|")
    if not _NAME.fullmatch(name):
        raise TemplateSyntaxError(f"no variable name after the {{ at character {position}; write {{name}} or {{{{")
    return _Variable(name, fallback if bar else None)

"""The variables in a text, whatever its format: ``{first_name}``, with a fallback ``{first_name|there}``; ``{{`` and
``}}`` are braces."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Every brace is part of one of these tokens, so the text between two matches has none. The pattern runs in linear
# time, because no alternative can match more than one closing brace.
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[^\W\d]\w{0,63}")


class TemplateSyntaxError(ValueError):
    """The text is not a valid template. The error names the position (characters, from 1) and the correction."""


class TemplateUnresolved(ValueError):
    """A variable has no value and the text has no fallback for it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in a text. ``fallback`` is None where it has none."""

    name: str
    fallback: str | None

    def __str__(self) -> str:
        """The variable as it is written in a text."""
        return f"{{{self.name}}}" if self.fallback is None else f"{{{self.name}|{self.fallback}}}"

    def value_in(self, values: Mapping[str, str | None]) -> str:
        """Its value, or its fallback where the value is missing, None or blank.

        An empty fallback, ``{name|}``, leaves the variable out. Raises :class:`TemplateUnresolved` without either.
        """
        value = values.get(self.name)
        value = value if value and value.strip() else self.fallback
        if value is None:
            raise TemplateUnresolved(f"no value for {{{self.name}}} and no fallback")
        return value


def tokens(text: str) -> Iterator[tuple[int, str | Variable]]:
    """The text cut into plain strings and variables, each with where it begins in the text, in characters from 0.

    Raises :class:`TemplateSyntaxError`.
    """
    end = 0
    for match in _TOKEN.finditer(text):
        yield end, text[end : match.start()]
        end = match.end()
        token, position = match[0], match.start() + 1
        if token in ("{{", "}}"):
            yield match.start(), token[0]
            continue
        if token in ("{", "}"):
            raise TemplateSyntaxError(f"a single {token} at character {position}; write {token * 2} for the character")
        name, bar, fallback = match[1].partition("|")
        if not _NAME.fullmatch(name):
            raise TemplateSyntaxError(f"no variable name after the {{ at character {position}; write {{name}} or {{{{")
        yield match.start(), Variable(name, fallback if bar else None)
    yield end, text[end:]


def parts(text: str) -> Iterator[str | Variable]:
    """The text cut into plain strings and variables. Raises :class:`TemplateSyntaxError`."""
    return (part for _, part in tokens(text))


def variables(text: str) -> set[str]:
    """The names of the variables in the text. Raises :class:`TemplateSyntaxError`."""
    return {part.name for part in parts(text) if isinstance(part, Variable)}

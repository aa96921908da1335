"""The base of every input serializer: JSON at its word, no unknown names."""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import SkipField, empty


def matches(pattern: str, text: str) -> bool:
    """Whether a JSON Schema pattern fits; its ``$`` is the very end, as in ECMAScript."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$\Z", r"\\Z", pattern))


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field it does not know (``unknown_field``): a typo never passes silently.

    ``needs_one_of``: names of which at least one must be given, and not null. ``open_names``: a pattern of further
    names that are welcome; :meth:`open_schema` says what they may hold.
    """

    # Fields are for input alone and called what they are stored as (no `source`, no `read_only`), so they are asked
    # without DRF's loop, and only those that have something to say to what was sent.

    default_error_messages = {
        "unknown_field": "there is no field of this name; known are: {known}",
        "one_of": "one of these is needed: {names}",
    }
    needs_one_of: ClassVar[Sequence[str]] = ()
    open_names: ClassVar[str] = ""
    body_required: ClassVar[bool] = True

    @cached_property
    def known(self) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
        """The fields by name, as a plain dictionary."""
        return dict(self.fields.items())

    @cached_property
    def _silent(self) -> frozenset[str]:
        """Fields that say nothing when they are absent."""
        return frozenset(name for name, field in self.known.items() if not field.required and field.default is empty)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return super().to_internal_value(data)  # which refuses it
        self._refuse_unknown(data)
        found, errors = {}, {}
        for name, field in self.known.items():
            if name not in data and name in self._silent:
                continue
            try:
                found[name] = field.run_validation(data.get(name, empty))
            except serializers.ValidationError as error:
                errors[name] = error.detail
            except SkipField:
                pass
        if errors:
            raise serializers.ValidationError(errors)
        if self.needs_one_of and all(data.get(name) is None for name in self.needs_one_of):
            message = self.error_messages["one_of"].format(names=", ".join(self.needs_one_of))
            raise serializers.ValidationError({self.needs_one_of[0]: [ErrorDetail(message, "required")]})
        return found

    def _refuse_unknown(self, data: dict[str, Any]) -> None:
        known = self.known
        unknown = [str(name) for name in data if name not in known and not self.takes(str(name))]
        if unknown:
            message = self.error_messages["unknown_field"].format(known=", ".join(known))
            raise serializers.ValidationError({name: [ErrorDetail(message, "unknown_field")] for name in unknown})

    def run_validators(self, value: Any) -> None:
        """No field is read only, so no default of one is to be added before: nothing to do without validators."""
        if self.validators:
            super().run_validators(value)

    def takes(self, name: str) -> bool:
        """Whether a name outside the declared fields is welcome."""
        return bool(self.open_names) and matches(self.open_names, name)

    def open_schema(self) -> dict[str, Any]:
        """What a name outside the declared fields may hold."""
        return {}

"""Whether the next contact somebody sends is likely new: as the last one was.

A guess, for speed alone: a wrong one costs a statement. Who sends known people one after the other has them looked
up first; who sends new ones has them inserted without a look.
"""

from collections import OrderedDict

_MAX_WORKSPACES = 10_000
_known_last: "OrderedDict[int, None]" = OrderedDict()


def expected(workspace_id: int) -> bool:
    return workspace_id not in _known_last


def note(workspace_id: int, *, new: bool) -> None:
    """What a look found."""
    if new:
        _known_last.pop(workspace_id, None)
        return
    _known_last[workspace_id] = None
    if len(_known_last) > _MAX_WORKSPACES:
        _known_last.pop(next(iter(_known_last), workspace_id), None)


def forget() -> None:
    """Expect new ones everywhere again."""
    _known_last.clear()

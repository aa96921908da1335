"""Calls from any thread that run in the server's loop, where its state lives."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Bound = TypeVar("Bound", bound="LoopBound")

# The names a control port accepts.
CONTROLS: set[str] = set()


class LoopBound:
    """Something whose state belongs to one event loop."""

    _loop: asyncio.AbstractEventLoop
    _loop_thread: int

    def bind_to_running_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()

    @property
    def is_in_loop(self) -> bool:
        return threading.get_ident() == self._loop_thread

    def run_in_loop(self, function: Callable[[], Result]) -> Result:
        """Run a function in the loop's thread; at once if this is that thread."""
        if self.is_in_loop:
            return function()

        async def call() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    async def await_in_loop(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Await in any loop what runs in the server's."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))


def control(
    method: Callable[Concatenate[Bound, Parameters], Result],
) -> Callable[Concatenate[Bound, Parameters], Result]:
    """A method that may be called from any thread and through the control port; it runs in the server's loop."""
    CONTROLS.add(method.__name__)

    @wraps(method)
    def call(self: Bound, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return self.run_in_loop(lambda: method(self, *args, **kwargs))

    return call

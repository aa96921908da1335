"""Calls from any thread that run in the server's event loop, which owns the server's state."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Instance = TypeVar("Instance", bound="LoopBound")

# The methods that the control port accepts.
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
        """Run a function in the loop's thread; directly if this is that thread."""
        if self.is_in_loop:
            return function()

        async def call() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    async def await_in_loop(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's loop and await it in any loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))


def control(
    method: Callable[Concatenate[Instance, Parameters], Result],
) -> Callable[Concatenate[Instance, Parameters], Result]:
    """Decorator for methods that run in the server's loop; any thread and the control port may call them."""
    CONTROLS.add(method.__name__)

    @wraps(method)
    def call(self: Instance, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return self.run_in_loop(lambda: method(self, *args, **kwargs))

    return call

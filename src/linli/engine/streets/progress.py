"""How long work says how far it is: a function that takes the step's name and its share done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID


class Progress(Protocol):
    """Called with the name of the step at work and the share of it that is done, 0 to 1."""

    def __call__(self, step: str, share: float, /) -> None: ...


def silent(_step: str, _share: float, /) -> None:
    """Say nothing: what functions use when they are given no progress."""


class BarProgress:
    """Bars on the terminal's error stream, one per step; nothing at all when that is not a terminal."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 -- costs start-up time, wanted only with a bar
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
        from rich.progress import Progress as Bars  # noqa: PLC0415

        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=console, disable=not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, step: str, share: float, /) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=1.0)
        self._bars.update(self._tasks[step], completed=min(share, 1.0))

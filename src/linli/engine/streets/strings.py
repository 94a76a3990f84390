"""Many texts as two arrays, so that they load memory-mapped and cost nothing until one is asked for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Strings:
    """A list of texts: `strings[i]`, `len(strings)`, iteration.

    Attributes
    ----------
    data : uint8 [bytes]
        All texts one after another in UTF-8.
    start : int64 [n + 1]
        Where each begins in `data`.
    """

    data: NDArray[np.uint8]
    start: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Strings:
        """Pack texts."""
        encoded = [text.encode() for text in texts]
        start = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(text) for text in encoded], out=start[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, index: int) -> str:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        return self.data[self.start[index] : self.start[index + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        raw = self.data.tobytes()
        bounds = self.start.tolist()
        for begin, end in itertools.pairwise(bounds):
            yield raw[begin:end].decode()

    def take(self, indexes: Iterable[int]) -> Strings:
        """Pick the texts at `indexes`, in that order."""
        return Strings.of(self[int(index)] for index in indexes)

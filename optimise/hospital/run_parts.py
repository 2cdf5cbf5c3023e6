"""A run of annealing in parts, after each of which its temperature is set anew and somebody may stop it."""

from __future__ import annotations

from optimise.core.method import Deadline

__all__ = ["RunParts"]

#: Most moves of a part, and how much longer or shorter than the part before it may be.
_MOST, _SHORTER, _LONGER = 50_000_000, 0.5, 2.0


class RunParts:
    """How far a run has come, and how many moves its next part makes.

    Parameters
    ----------
    seconds : float
        Length of the run by the clock.
    steps : int or None
        Moves of the run, in place of the clock.
    parts : int
        What the run is divided into.
    moves : int
        Of the first part, where the clock ends the run.
    least : int
        Fewest moves of a later part.
    longest : float
        Seconds of a part at most.
    """

    def __init__(
        self, seconds: float, steps: int | None, parts: int, *, moves: int, least: int, longest: float = float("inf")
    ) -> None:
        self._clock, self._seconds, self._steps, self._least = Deadline(seconds), seconds, steps, least
        self._each = min(seconds / parts, longest)
        #: moves of the part that goes on, and all before it
        self.chunk = moves if steps is None else max(1, steps // parts)
        self.done = 0

    @property
    def share(self) -> float:
        """Part of the run that is over, 0 or more; the next part begins here."""
        self._began = self._clock.elapsed
        return self._began / max(self._seconds, 1e-9) if self._steps is None else self.done / self._steps

    def count(self) -> None:
        """Count the moves of the part that has ended."""
        self.done += self.chunk

    def pace(self) -> None:
        """Choose the moves of the next part so that it takes its share of the time."""
        if self._steps is None:
            pace = self._each / max(self._clock.elapsed - self._began, 1e-6)
            self.chunk = int(min(max(self.chunk * min(max(pace, _SHORTER), _LONGER), self._least), _MOST))

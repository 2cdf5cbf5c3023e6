"""The one maker of HiGHS objects: silent from the first moment, options set and never ignored.

HiGHS 1.16 prints a banner on the process's standard output while its object is *constructed*: highspy turns callbacks
on there, and the first call of any kind logs a header unless ``output_flag`` is off by then. So it is turned off just
before; no file descriptor is touched, and nothing that other threads print is lost.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import highspy

__all__ = ["make_highs"]


@functools.cache
def _quiet() -> Any:
    """``highspy.Highs`` that says nothing and refuses what it cannot set."""
    import highspy

    class Quiet(highspy.Highs):  # type: ignore[misc]
        def enableCallbacks(self) -> None:  # the constructor's first call into the solver
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

        def setOptionValue(self, option: str, value: object) -> Any:
            status = super().setOptionValue(option, value)
            if status != highspy.HighsStatus.kOk:
                raise RuntimeError(f"HiGHS {self.version()} refused the option {option} = {value!r}")
            return status

    return Quiet


def make_highs(options: Mapping[str, object] | None = None, *, threads: int | None = 1) -> highspy.Highs:
    """Make a HiGHS object that prints nothing.

    Parameters
    ----------
    options : mapping, optional
        HiGHS options by name.
    threads : int, optional
        Threads of this object; None leaves it to HiGHS.

    Returns
    -------
    highspy.Highs
        Its ``setOptionValue`` raises as well where an option is refused, now and later.

    Raises
    ------
    RuntimeError
        When HiGHS refuses an option; names the option and the value.
    """
    made: highspy.Highs = _quiet()()
    if threads is not None:
        made.setOptionValue("threads", threads)
    for name, value in (options or {}).items():
        made.setOptionValue(name, value)
    return made

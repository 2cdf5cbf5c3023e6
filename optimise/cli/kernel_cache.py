"""What the command says of compiled kernels, and that they are published as soon as the work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from optimise.core import compiling
from optimise.core.kernel_cache import cache_folder, publish

__all__ = ["cache_folder", "kernel_cache"]


@contextmanager
def kernel_cache(say: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Tell of compiling while the block runs, and publish what is new (:mod:`optimise.core.kernel_cache`) after it.

    ``say`` is told when compiling first begins, and at the end how much it was: this is what makes a first run slower
    than the next.
    """
    before, kernels = compiling.seconds(), compiling.kernels()
    told: list[str] = []

    def hear(name: str) -> None:
        if not told:
            told.append(name)
            say(
                "compiling kernels, once on this machine; no time limit counts it "
                "('wardwise doctor --compile' does it beforehand)"
            )

    try:
        with compiling.hearing(hear):
            yield
    finally:
        if number := compiling.kernels() - kernels:
            folder = cache_folder()
            kept = f"later runs find them in {folder}" if folder is not None else "nowhere to keep them for later runs"
            say(f"compiled {number} kernels in {compiling.seconds() - before:.1f} s; {kept}")
        publish()

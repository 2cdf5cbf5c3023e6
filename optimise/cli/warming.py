"""A child process of ``wardwise doctor --compile``: one kind of kernels, into the published cache."""

from __future__ import annotations

import sys
import time

from optimise.cli.kernel_cache import kernel_cache


def main(label: str) -> int:
    from optimise.core import compiling

    with kernel_cache():
        from optimise.tools.precompile import warm

        warm(label)
    print(f"{compiling.kernels()} compiled, {compiling.seconds():.0f} s of compiling, {time.process_time():.0f} CPU s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

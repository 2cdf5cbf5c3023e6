"""A child process of ``wardwise doctor --compile``: one kind of kernels, into the published cache."""

from __future__ import annotations

import sys

from optimise.cli.kernel_cache import kernel_cache


def main(label: str) -> int:
    with kernel_cache():
        from optimise.tools.precompile import warm

        warm(label)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

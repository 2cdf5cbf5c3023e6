"""``python -m tests.benchmarks.log``: write the page of the log; with ``--check`` only look whether it is current."""

from __future__ import annotations

import sys

from tests.benchmarks.log import PAGE, page, rows


def main(arguments: list[str]) -> int:
    text = page(rows())
    if arguments == ["--check"]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        if not current:
            print(f"{PAGE} is not what the data say: run python -m tests.benchmarks.log", file=sys.stderr)
        return 0 if current else 1
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

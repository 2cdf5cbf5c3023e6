"""``python -m tests.benchmarks.log``: write the benchmark pages; ``--check``: are they what the data say?"""

from __future__ import annotations

import sys

from tests.benchmarks.log import PAGE, page, rows
from tests.benchmarks.log.tables import pages


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    folder = PAGE.parent
    texts = {PAGE.name: page(rows()), **pages()}
    stale = [
        name
        for name, text in texts.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    if arguments:
        for name in stale:
            print(f"{folder / name} is not what the data say: run python -m tests.benchmarks.log", file=sys.stderr)
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (folder / name).write_text(texts[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

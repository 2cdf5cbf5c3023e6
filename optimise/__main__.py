"""``python -m optimise`` is the ``wardwise`` command."""

from optimise.cli import main

if __name__ == "__main__":
    main()

"""What can go wrong, in the planner's words.

Every error that a user can cause derives from :class:`WardwiseError`; the command line prints its message
without a traceback and exits with its ``exit_code``.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

#: What reading an .npz archive may raise that is damaged, or is no archive of ours.
UNREADABLE: tuple[type[Exception], ...] = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, RecursionError, MemoryError),
    *(OverflowError, zipfile.BadZipFile, zlib.error, NotImplementedError, SyntaxError),
)


class WardwiseError(Exception):
    """Base of all errors that a user can cause or mend."""

    exit_code = 2


class OutputError(WardwiseError):
    """A result was found and could not be written where it was asked for; the message says where it lies."""

    exit_code = 74


class InputError(WardwiseError):
    """A file, row or value that cannot be used.

    Parameters
    ----------
    message : str
        What is wrong and, where possible, what was expected.
    file : path, optional
        File in which it was found.
    line : int, optional
        1-based line (or spreadsheet row).
    item : str, optional
        The entry at fault, for example ``"employee B"`` or ``"shifts[2].start"``.
    """

    def __init__(
        self, message: str, *, file: str | Path | None = None, line: int | None = None, item: str | None = None
    ) -> None:
        self.message, self.file, self.line, self.item = message, file, line, item
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "" if self.file is None else str(self.file)
        if self.line is not None:
            where += f":{self.line}" if where else f"line {self.line}"
        parts = [p for p in (where, self.item, self.message) if p]
        return ": ".join(parts)

    def at(self, *, file: str | Path | None = None, line: int | None = None, item: str | None = None) -> InputError:
        """Return the same error with the places filled in that were not known where it arose.

        Parameters
        ----------
        file : path, optional
            File in which it was found.
        line : int, optional
            1-based line or spreadsheet row.
        item : str, optional
            The entry at fault.

        Returns
        -------
        InputError
            A new error; places that were known stay as they are.
        """
        return InputError(
            self.message,
            file=self.file if self.file is not None else file,
            line=self.line if self.line is not None else line,
            item=self.item if self.item is not None else item,
        )

    def without_file(self) -> InputError:
        """Return the same error without its file, for what came as values or text and lies in no file.

        Returns
        -------
        InputError
            A new error.
        """
        return InputError(self.message, line=self.line, item=self.item)


class InputErrors(InputError):
    """Several faults of one input, told together; where one place is asked for, it is that of the first.

    Parameters
    ----------
    errors : sequence of InputError
        At least one.
    more : int
        How many others were found that are not told.

    Attributes
    ----------
    errors : tuple of InputError
        Each fault with its own ``message``, ``file``, ``line`` and ``item``; ``str`` of it is one line.
    more : int
        How many others were found that are not told.
    """

    def __init__(self, errors: Sequence[InputError], more: int = 0) -> None:
        self.errors, self.more, first = tuple(errors), more, errors[0]
        super().__init__(first.message, file=first.file, line=first.line, item=first.item)

    def __str__(self) -> str:
        lines = [f"{len(self.errors) + self.more} faults", *map(str, self.errors)]
        if self.more:
            lines.append(f"and {self.more} more")
        return "\n  ".join(lines)

    def at(self, *, file: str | Path | None = None, line: int | None = None, item: str | None = None) -> InputErrors:
        """Return the same faults with the places filled in that were not known where each arose."""
        return self.each(lambda error: error.at(file=file, line=line, item=item))

    def without_file(self) -> InputErrors:
        """Return the same faults, each without its file."""
        return self.each(lambda error: error.without_file())

    def each(self, change: Callable[[InputError], InputError]) -> InputErrors:
        """The same faults, each one changed.

        Parameters
        ----------
        change : callable
            Makes another error of one.

        Returns
        -------
        InputErrors
        """
        return InputErrors([change(error) for error in self.errors], self.more)


class UnsupportedError(WardwiseError):
    """The chosen method cannot work on this kind of problem."""


class MissingExtraError(WardwiseError):
    """An optional dependency is absent; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(f'{package} is not installed; it comes with: pip install "wardwise[{extra}]"')


def clip(text: str, most: int = 60) -> str:
    """The text, cut where it is too long to be said in a message.

    Parameters
    ----------
    text : str
    most : int
        Characters that are left at most.

    Returns
    -------
    str
        Ends in three points where something was cut.
    """
    return text if len(text) <= most else text[: most - 3] + "..."


@contextmanager
def placed(file: Path, line: int | None = None, item: str | None = None) -> Iterator[None]:
    """Fill in where an :class:`InputError` arose, as far as it does not know itself.

    Parameters
    ----------
    file : Path
    line : int, optional
    item : str, optional

    Yields
    ------
    None

    Raises
    ------
    InputError
        With the file, and the line and the item where it names none.
    """
    try:
        yield
    except InputError as error:
        raise error.at(file=file, line=line, item=item and clip(item)) from None

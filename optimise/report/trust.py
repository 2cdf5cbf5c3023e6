"""What a trust must show, as a part of the report and as sheets of the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from optimise.core.quantities import hours, number
from optimise.core.result import Evaluation
from optimise.drawing.page import Section
from optimise.report.base import SheetWriter
from optimise.report.sheet import bold, put
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.trust.accounts import hours_accounts, ward_data
from optimise.roster.trust.checklist import checklist
from optimise.roster.trust.figures import roster_figures
from optimise.roster.trust.flags import red_flags
from optimise.roster.trust.pounds import pounds
from optimise.roster.trust.wards import ward_figures

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["trust_sections", "trust_sheets"]

#: A verdict as a reader sees it: a tick is for what is known to be right.
_SHOWN = {"pass": "\N{CHECK MARK} pass", "fail": "\N{BALLOT X} fail", "unknown": "? not known", "fact": ""}
_MOST_FLAGS = 40

Rows = list[tuple[str, ...]]
Table = tuple[str, tuple[str, ...], Rows, str]


def _tables(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> Iterator[Table]:
    """Title, head, rows and a text for each table."""
    checks = checklist(problem, plan, evaluation)
    failed = sum(c.verdict == "fail" for c in checks)
    unknown = sum(c.verdict == "unknown" for c in checks)
    text = f"{failed} of {len(checks)} fail, {unknown} cannot be told."
    rows: Rows = [(c.question, _SHOWN[c.verdict], c.text, c.source) for c in checks]
    yield "Before approval", ("Question", "Answer", "Why", "Source"), rows, text
    rows = []
    for f in roster_figures(problem, plan):
        unit = "duty" if (f.value, f.unit) == (1, "duties") else f.unit
        value = "not known" if f.value is None else f"{f.value:,.1f} {unit}".replace(".0 ", " ")
        rows.append((f.name, value, _SHOWN[f.verdict], f.text, f.source))
    yield "Figures of the roster", ("Figure", "Value", "Standard", "What it is", "Source"), rows, ""
    flags = red_flags(problem, plan)
    rows = [(problem.horizon.label(f.day), f.shift, f.text) for f in flags.flags]
    text = f"{len(flags.flags)} found, {flags.looked_at} shifts looked at (NICE SG1, nursing red flags)."
    text += "".join(f" Not known: {said}." for said in flags.unknown)
    text += " Flags about medication, pain relief, observations and checks stand in no roster."
    yield "Nursing red flags", ("Day", "Shift", "What"), rows, text
    rows = []
    for a in hours_accounts(problem, plan):
        person = problem.employees[a.employee]
        known = ["not known" if m is None else hours(m) for m in (a.contracted, a.net, a.carried)]
        leave = hours(a.credited)
        rows.append((person.name or person.id, known[0], hours(a.rostered), leave, known[1], hours(a.before), known[2]))
    head = ("Name", "Contracted", "Rostered", "Leave and holidays", "Net", "From before", "Carried forward")
    yield "Hours accounts", head, rows, ""
    wards = ward_figures(problem, plan)
    if wards:
        counts = [(w.people, w.worked, w.lent, w.borrowed, w.wanted, w.met) for w in wards]
        rows = [(w.ward, *map(number, each)) for w, each in zip(wards, counts, strict=True)]
        head = ("Ward", "Own people", "Duties", "Own people elsewhere", "Others here", "Asked for", "Met")
        text = "Asked for on whole shifts of one ward; what is asked of all together is not in it."
        yield "Wards", head, rows, text
    spent = pounds(problem, plan)
    if spent is not None:
        rows = [(p.name, p.detail, _money(p.basic), _money(p.unsocial), _money(p.total)) for p in spent.parts]
        rows.append(("Total", "", "", "", _money(spent.total)))
        text = "".join(f"Not in it: {said}. " for said in spent.left_out).strip()
        yield (
            "What the duties cost",
            ("What", "How much", "Basic", "Unsocial hours and allowances", "Total"),
            rows,
            text,
        )


def _money(value: float | None) -> str:
    return "not known" if value is None else f"£{value:,.2f}"


def trust_sections(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> list[Section]:
    """The part of the report; nothing where the problem comes from no ward document.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster
    evaluation : Evaluation
        Of the plan.

    Returns
    -------
    list of Section
    """
    if ward_data(problem) is None:
        return []
    made = []
    for title, head, rows, text in _tables(problem, plan, evaluation):
        shown = rows
        if title == "Nursing red flags" and len(rows) > _MOST_FLAGS:
            shown, text = rows[:_MOST_FLAGS], f"{text} The first {_MOST_FLAGS} are shown, the workbook has all."
        made.append(Section(title, text, head, tuple(shown)))
    return made


def trust_sheets(problem: RosterProblem, plan: Roster, evaluation: Evaluation | None) -> Sequence[SheetWriter]:
    """The sheets of the workbook, titled as the sections.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster
    evaluation : Evaluation or None
        Of the plan; made here where it is None.

    Returns
    -------
    sequence of Sheet
    """
    if ward_data(problem) is None:
        return ()
    tables = _tables(problem, plan, evaluation or problem.evaluate(plan))
    return [(title, partial(_fill, head=head, rows=rows, text=text)) for title, head, rows, text in tables]


def _fill(sheet: Worksheet, head: tuple[str, ...], rows: Rows, text: str) -> None:
    for row, values in enumerate([head, *rows], start=1):
        for column, value in enumerate(values, start=1):
            put(sheet, row, column, value)
    if text:
        put(sheet, len(rows) + 3, 1, text)
    bold(sheet, 1)
    for column in range(1, len(head) + 1):
        longest = max(len(values[column - 1]) for values in [head, *rows])
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(80, longest + 3)
    sheet.freeze_panes = "A2"

"""The roster grid, the bed chart or whatever the kind of problem draws, as a PNG."""

from __future__ import annotations

import textwrap
from pathlib import Path

from optimise.core.atomic import replacing
from optimise.core.errors import WardwiseError
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.drawing import figure as canvas
from optimise.report.base import subject_of
from optimise.report.words import gap_in_words

__all__ = ["picture"]


def picture(result: Result, problem: Problem, file: Path) -> Path:
    """Draw the plan into ``file``."""
    if result.plan is None:
        raise WardwiseError("the run found no plan, so there is nothing to draw")
    figure = subject_of(problem).figure(problem, result.plan)
    axes = figure.axes[0]
    title = f"{problem.name}: {gap_in_words(result).text.partition(';')[0]}"
    axes.set_title(textwrap.fill(title, int(12 * figure.get_figwidth())), loc="left", fontsize=10)
    with replacing(file) as temporary:
        temporary.write_bytes(canvas.png(figure, dpi=130))
    return file

"""Figures, and how they become PNG or SVG. The only module that imports matplotlib; it touches no global state.

Figures are made without ``pyplot``, so nothing is kept between pictures and threads do not meet.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from optimise.core.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["box", "figure", "png", "require", "rgb", "shade", "svg"]


def require(extra: str = "report") -> None:
    """Refuse before the work when its pictures could not be drawn after it.

    Raises
    ------
    MissingExtraError
        Names ``extra``, which brings matplotlib.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingExtraError("matplotlib", extra) from None


def figure(width: float, height: float, extra: str = "report") -> Figure:
    """An empty figure of so many inches."""
    require(extra)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(made)
    return made


def png(drawn: Figure, dpi: int = 100) -> bytes:
    """The same bytes for the same data."""
    import matplotlib

    out = io.BytesIO()
    _as_written(drawn)
    with matplotlib.rc_context({"text.parse_math": False}):
        drawn.savefig(out, dpi=dpi, format="png", metadata={"Software": None})
    return out.getvalue()


def _as_written(drawn: Figure) -> None:
    """Names are shown as they are: a dollar sign in one begins no formula."""
    from matplotlib.text import Text

    for text in drawn.findobj(Text):
        text.set_parse_math(False)


def svg(drawn: Figure) -> str:
    """SVG without the XML header, with fixed ids: the same text for the same data."""
    import matplotlib

    out = io.StringIO()
    _as_written(drawn)
    with matplotlib.rc_context({"svg.hashsalt": "wardwise", "svg.fonttype": "none", "text.parse_math": False}):
        drawn.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)


def rgb(colour: str) -> tuple[float, float, float]:
    """``#rrggbb`` as three numbers in 0-1."""
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def shade(palette: str, place: float) -> Any:
    """Colour of a named palette at a place in 0-1."""
    from matplotlib import colormaps

    return colormaps[palette](place)


def box(left: float, low: float, width: float, height: float, colour: str) -> Any:
    """A filled rectangle without an edge, to be added to axes."""
    from matplotlib.patches import Rectangle

    return Rectangle((left, low), width, height, facecolor=colour, edgecolor="none")

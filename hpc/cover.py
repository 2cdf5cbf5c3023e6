"""The cover rows live with the kernels, because searches of ``optimise`` use them too."""

from optimise.kernels.cover import CoverRows

__all__ = ["CoverRows"]

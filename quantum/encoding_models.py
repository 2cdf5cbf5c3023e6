"""An encoding in the forms of others: a QUBO with penalties, dimod, LP, ``.qs``, qiskit-addon-opt-mapper.

All of them know pairs only; an encoding of higher degree goes through `quantum.encoding.Encoding.quadratised`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from quantum.energy import EnergyProblem
from quantum.exports import lp_text, opt_mapper_of, qs_text
from quantum.methods.dwave import bqm_of
from quantum.onehot import OneHot
from quantum.qubo import Qubo

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel
    from qiskit_addon_opt_mapper import OptimizationProblem


__all__ = ["Models"]


class Models:
    """What `quantum.encoding.Encoding` writes for others."""

    __slots__ = ()
    name: str
    energy: Qubo | OneHot

    def problem(self) -> EnergyProblem:
        """The energy as a problem of `optimise.solve` and of studies."""
        raise NotImplementedError

    def qubo(self, penalty: str | float | None = None) -> Qubo:
        """The energy without constraints: broken blocks pay a penalty (`EnergyProblem.penalised`).

        Parameters
        ----------
        penalty : str or float, optional
            Name of a penalty rule, or a price in units of cost.

        Returns
        -------
        Qubo
            Of n variables.

        Raises
        ------
        InputError
            If a penalty is asked for and there are no blocks.
        """
        if penalty is not None and not isinstance(self.energy, OneHot):
            raise InputError(f"{self.name} has no blocks; a penalty would do nothing")
        return self.problem().penalised(penalty)

    def to_bqm(self, penalty: str | float | None = None) -> BinaryQuadraticModel:
        """``dimod.BinaryQuadraticModel`` of `qubo` (extra ``compare``).

        Parameters
        ----------
        penalty : str or float, optional
            As in `qubo`.

        Returns
        -------
        dimod.BinaryQuadraticModel
            Of n binary variables.
        """
        return bqm_of(self.qubo(penalty))

    def to_lp(self, file: str | Path | None = None, linear: bool = False) -> str:
        """LP text with a row per block, written to `file` where one is given.

        Parameters
        ----------
        file : path, optional
            Where to write the text as well.
        linear : bool
            Whether products become variables: HiGHS solves no quadratic objective of binaries.

        Returns
        -------
        str
        """
        return _kept(lp_text(self.energy, self.name, linear), file)

    def to_qs(self, file: str | Path | None = None, penalty: str | float | None = None) -> str:
        """QOBLIB's ``.qs`` text of `qubo`, written to `file` where one is given.

        Parameters
        ----------
        file : path, optional
            Where to write the text as well.
        penalty : str or float, optional
            As in `qubo`.

        Returns
        -------
        str
        """
        return _kept(qs_text(self.qubo(penalty), self.name), file)

    def to_opt_mapper(self) -> OptimizationProblem:
        """``OptimizationProblem`` of qiskit-addon-opt-mapper, blocks as linear constraints."""
        return opt_mapper_of(self.energy, self.name)


def _kept(text: str, file: str | Path | None) -> str:
    if file is not None:
        write_text(Path(file), text)
    return text

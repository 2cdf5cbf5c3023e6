"""Numbers that steer the searches of the quantum side, each with its unit, its sensible range and where it is from.

They are no options of a run: whoever sweeps them makes another `Tuning`. What a user chooses stands in the options of
the methods.
"""

from quantum.options import checked, option

__all__ = ["TUNING"]


@checked
class Tuning:
    """Steering numbers of optimisers, annealing and linear models."""

    cobyla_step: float = option(
        default=0.2,
        gt=0,
        le=1,
        doc="first step of COBYLA, in typical angles; 0.05 to 0.5; chosen on random QUBOs, n = 8",
    )
    spsa_width: float = option(
        default=0.1, gt=0, le=1, doc="c of SPSA, in typical angles; 0.02 to 0.3; Spall (1998): near the noise of a call"
    )
    spsa_pilot: int = option(
        default=3, ge=1, le=20, doc="pairs of calls that set the gain a of SPSA; 2 to 10; Spall (1998), section III"
    )
    anneal_hot: float = option(
        default=3.0, gt=0, doc="first temperature of annealing in typical cost changes; 1 to 10; accepts most moves"
    )
    anneal_cooling: float = option(
        default=300.0, gt=1, doc="first over last temperature of annealing; 30 to 3000; INH instances, 100 sweeps"
    )
    warm_sweeps: int = option(
        default=10, ge=1, doc="sweeps of the annealing run that a warm start leans to; 5 to 50; short on purpose"
    )
    warm_learning: float = option(
        default=0.5,
        gt=0,
        le=1,
        doc="weight of the samples in a learned start; 0.3 to 0.9; less is slower and seldom caught in a poor state",
    )
    warm_floor: float = option(
        default=0.05,
        gt=0,
        lt=1,
        doc="share of the uniform distribution in a learned start; 0.01 to 0.1; no choice is ever lost",
    )
    adapt_gamma: float = option(
        default=0.01,
        gt=0,
        doc="gamma_0 by which ADAPT judges operators, in inverse local fields; 0.001 to 0.1; Zhu et al. (2022)",
    )
    search_growth: float = option(
        default=6 / 5,
        gt=1,
        lt=4 / 3,
        doc="growth of the rounds of amplification after a failure; 1.1 to 1.3; Boyer et al. (1998) prove it for 6/5",
    )
    most_rlt_columns: int = option(
        default=60_000,
        ge=0,
        doc="columns up to which HiGHS gets the tighter linear model; 1e4 to 1e6; INH 4 x 9 to 5 x 12",
    )


TUNING = Tuning()

"""Pyomo models as QUBOs: nothing that a model says is dropped. Oracle: HiGHS-free enumeration of the model itself."""

import itertools

import pyomo.environ as pyo
import pyomo.gdp as gdp
import pytest
from pyomo.core.expr.visitor import identify_variables

from optimise.core.errors import InputError, UnsupportedError
from quantum.encode import PENALTY_RULES, encode_model
from quantum.encode.model import InfeasibleError


def model(n=4):
    made = pyo.ConcreteModel()
    made.x = pyo.Var(range(n), domain=pyo.Binary)
    made.goal = pyo.Objective(expr=-sum((i + 1) * made.x[i] for i in range(n)))
    return made


def best_of(made, n, allowed):
    """Least objective over the bits that a predicate allows."""
    costs = [
        -sum((i + 1) * b for i, b in enumerate(bits)) for bits in itertools.product((0, 1), repeat=n) if allowed(bits)
    ]
    return min(costs)


def solved(made, rule="sum-abs"):
    encoded = encode_model(made, rule)
    energy, bits, _ = encoded.qubo.brute_force()
    return energy, encoded.values(bits)


def test_bounds_of_binaries_are_obeyed():
    made = model()
    made.x[3].setub(0)
    made.x[0].setlb(1)
    energy, values = solved(made)
    assert energy == pytest.approx(best_of(made, 4, lambda b: b[3] == 0 and b[0] == 1))
    assert values == {"x[0]": 1, "x[1]": 1, "x[2]": 1, "x[3]": 0}


def test_fixed_variables_are_constants_with_their_value():
    made = model()
    made.x[2].fix(0)
    made.room = pyo.Constraint(expr=made.x[2] + made.x[3] >= 1)
    energy, values = solved(made)
    assert (energy, values["x[2]"], values["x[3]"]) == (-7, 0, 1)


def test_an_integer_between_0_and_1_is_a_bit():
    made = model()
    made.y = pyo.Var(domain=pyo.Integers, bounds=(0, 1))
    made.only = pyo.Constraint(expr=made.y + made.x[3] == 1)
    assert solved(made)[1]["y"] in (0, 1)


@pytest.mark.parametrize("level", [1, 2])
def test_special_ordered_sets_are_obeyed(level):
    made = model()
    made.sos = pyo.SOSConstraint(var=made.x, sos=level)

    def allowed(bits):
        on = [i for i, b in enumerate(bits) if b]
        return len(on) <= level and (len(on) < 2 or on[-1] - on[0] == 1)

    for rule in PENALTY_RULES:
        assert solved(made, rule)[0] == pytest.approx(best_of(made, 4, allowed))


def test_a_special_ordered_set_follows_its_weights():
    made = model(3)
    made.sos = pyo.SOSConstraint(rule=lambda m: ([m.x[0], m.x[1], m.x[2]], [1, 3, 2]), sos=2)
    assert solved(made)[0] == pytest.approx(-5)  # 1 and 2 are neighbours, 0 and 1 are not


@pytest.mark.parametrize(
    "add",
    [
        lambda m: setattr(m, "b", pyo.BooleanVar(range(2))) or setattr(
            m, "rule", pyo.LogicalConstraint(expr=pyo.implies(m.b[0], m.b[1]))),
        lambda m: setattr(m, "d", gdp.Disjunct()),
        lambda m: setattr(
            m, "p", pyo.Piecewise(m.x[0], m.x[1], pw_pts=[0, 0.5, 1], f_rule=[0, 1, 0], pw_constr_type="EQ")),
    ],
    ids=["logical", "disjunct", "piecewise"],
)  # fmt: skip
def test_what_has_no_form_is_refused_by_name(add):
    made = model()
    add(made)
    with pytest.raises(UnsupportedError, match=r"(b|rule|d|p) is a|is not binary|p has fractional"):
        encode_model(made)


@pytest.mark.parametrize(
    "expression",
    [
        lambda x: x[0] + x[1] == 5,
        lambda x: 2 * x[0] + 2 * x[1] == 3,
        lambda x: x[0] + x[1] == -1,
        lambda x: x[0] - x[1] >= 2,
        lambda x: (3, 4 * x[0] + 4 * x[1], 3),
        lambda x: (1, 5 * x[0] + 7 * x[1], 4),
        lambda x: 0 * x[0] >= 1,
    ],
)
def test_a_constraint_that_nothing_meets_is_said(expression):
    made = model()
    made.never = pyo.Constraint(expr=expression(made.x))
    with pytest.raises(InfeasibleError, match="never cannot be met"):
        encode_model(made)


def test_a_fixed_value_outside_its_bounds_is_said():
    made = model()
    made.x[0].setub(0)
    made.x[0].fix(1)
    with pytest.raises(InfeasibleError, match=r"x\[0\] is fixed to 1"):
        encode_model(made)
    made = model()
    made.x[1].setlb(1)
    made.x[1].setub(0)
    with pytest.raises(InfeasibleError, match=r"x\[1\] has no value"):
        encode_model(made)


@pytest.mark.parametrize("rule", sorted(PENALTY_RULES))
def test_a_zero_objective_still_pays_for_broken_constraints(rule):
    made = pyo.ConcreteModel()
    made.x = pyo.Var(range(3), domain=pyo.Binary)
    made.goal = pyo.Objective(expr=0.0)
    made.one = pyo.Constraint(expr=sum(made.x.values()) == 1)
    encoded = encode_model(made, rule)
    energies = encoded.qubo.diagonal()
    good = [i for i in range(8) if bin(i).count("1") == 1]
    assert energies[good] == pytest.approx(0)
    assert min(e for i, e in enumerate(energies) if i not in good) >= 1 - 1e-9


def test_variables_of_another_block_are_read_where_they_are_used():
    made = model()
    made.aside = pyo.Block()
    made.aside.y = pyo.Var(domain=pyo.Binary)
    made.aside.deactivate()
    made.link = pyo.Constraint(expr=made.aside.y + made.x[3] == 1)
    assert {v.name for v in identify_variables(made.link.body)} == {"aside.y", "x[3]"}
    assert solved(made)[1]["aside.y"] == 0


def test_an_unknown_penalty_rule_is_named():
    made = model()
    made.one = pyo.Constraint(expr=made.x[0] + made.x[1] == 1)
    with pytest.raises(InputError, match="unknown penalty rule 'heavy'"):
        encode_model(made, "heavy")

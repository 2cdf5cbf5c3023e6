"""Passes over a one-hot state whose energies are stored (Numba): phases, means, adjoint states."""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import Array, compiled


@compiled
def turn(state: Array, energies: Array, gamma: float, span: tuple[int, int]) -> None:
    """Multiply amplitudes by ``exp(-i gamma energy)``.

    Parameters
    ----------
    state : float array (2, states)
        Real and imaginary parts.
    energies : float64 array (states,)
    gamma : float
    span : tuple of int
        First state, and the one after the last.
    """
    for x in range(span[0], span[1]):
        c, s = np.cos(gamma * energies[x]), np.sin(gamma * energies[x])
        real, imaginary = state[0, x], state[1, x]
        state[0, x] = c * real + s * imaginary
        state[1, x] = c * imaginary - s * real


@compiled
def look_up_turn(state: Array, places: Array, phases: Array, span: tuple[int, int]) -> None:
    """Multiply amplitudes by the phase of their energy's place in a table.

    Parameters
    ----------
    state : float array (2, states)
        Real and imaginary parts.
    places : uint16 array (states,)
    phases : float array (2, places)
        Cosines, and sines with their sign.
    span : tuple of int
        First state, and the one after the last.
    """
    for x in range(span[0], span[1]):
        c, s = phases[0, places[x]], phases[1, places[x]]
        real, imaginary = state[0, x], state[1, x]
        state[0, x] = c * real - s * imaginary
        state[1, x] = c * imaginary + s * real


@compiled
def mean(state: Array, energies: Array, span: tuple[int, int]) -> float:
    """Part of the expected energy of a range of states.

    Parameters
    ----------
    state : float array (2, states)
        Real and imaginary parts.
    energies : float64 array (states,)
    span : tuple of int
        First state, and the one after the last.

    Returns
    -------
    float
    """
    total = 0.0
    for x in range(span[0], span[1]):
        total += (state[0, x] * state[0, x] + state[1, x] * state[1, x]) * energies[x]
    return total


@compiled
def slope(state: Array, dual: Array, energies: Array, span: tuple[int, int]) -> float:
    """Part of the derivative of the expected energy by the angle of a phase that both states have.

    Parameters
    ----------
    state, dual : float arrays (2, states)
        Real and imaginary parts of the state and the adjoint state.
    energies : float64 array (states,)
    span : tuple of int
        First state, and the one after the last.

    Returns
    -------
    float
    """
    total = 0.0
    for x in range(span[0], span[1]):
        total += (dual[0, x] * state[1, x] - dual[1, x] * state[0, x]) * energies[x]
    return 2.0 * total

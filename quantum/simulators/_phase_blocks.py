"""Vector instructions for the phases and costs of a block of amplitudes (see `quantum.simulators._vector`)."""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from quantum.simulators._vector import Emit, as_index, product

BLOCK_VECTORS = 8  # vectors of a phase block: its factors stay in registers and the first-level cache


def _phase(emit, table, low, size, place, j, real, imag):
    """Vector j of a block of ``table * (real + i imag) * low`` as (real part, imaginary part)."""
    builder = emit.builder
    width = ir.Constant(ir.IntType(64), j * emit.width)
    low_imag = ir.Constant(ir.IntType(64), (BLOCK_VECTORS + j) * emit.width)
    low_re, low_im = low.load(width), low.load(low_imag)
    re = emit.add(emit.mul(real, low_re), emit.mul(builder.fneg(imag), low_im))
    im = emit.add(emit.mul(real, low_im), emit.mul(imag, low_re))
    return product(emit, (re, im), (table.load(place), table.load(builder.add(place, size))))


def _phase_block(write_only):
    """Multiply (or set) a block of amplitudes by table x scalar x low factors."""

    @intrinsic
    def apply(typing_context, data, re, im, table, place, size, low, real, imag):
        def generate(context, builder, signature, arguments):
            emit = Emit(context, builder, signature.args[0], arguments[0])
            tables = Emit(context, builder, signature.args[3], arguments[3])
            lows = Emit(context, builder, signature.args[6], arguments[6])
            at_re, at_im, at, size_ = (
                as_index(context, builder, arguments[a], signature.args[a]) for a in (1, 2, 4, 5)
            )
            factor = [emit.splat(arguments[a], signature.args[a]) for a in (7, 8)]
            for j in range(BLOCK_VECTORS):
                step = ir.Constant(ir.IntType(64), j * emit.width)
                phase = _phase(emit, tables, lows, size_, builder.add(at, step), j, *factor)
                there = builder.add(at_re, step), builder.add(at_im, step)
                if not write_only:
                    phase = product(emit, phase, (emit.load(there[0]), emit.load(there[1])))
                emit.store(phase[0], there[0])
                emit.store(phase[1], there[1])
            return context.get_dummy_value()

        return types.void(data, re, im, table, place, size, low, real, imag), generate

    return apply


def _energy_vector(emit, energies, lows, at, j, shift):
    step = ir.Constant(ir.IntType(64), j * emit.width)
    low = lows.load(step)
    return emit.add(energies.load(emit.builder.add(at, step)), emit.add(low, shift))


@intrinsic
def energy_block(typing_context, data, re, im, energies, place, low, shift, sums):
    """sums[0] += sum of ``|amplitude|**2 energy`` over a block.

    Parameters
    ----------
    typing_context : numba.core.typing.Context
        What Numba gives every intrinsic; callers leave it out.
    data : float array (2N,)
        Split parts of the amplitudes.
    re, im, place : int
        Where the block's real parts, imaginary parts and costs begin.
    energies, low : float arrays
        The cost is the sum of an entry of each and of the number `shift`.
    shift : float
    sums : float array (lanes,)
    """

    def generate(context, builder, signature, arguments):
        emit = Emit(context, builder, signature.args[0], arguments[0])
        table = Emit(context, builder, signature.args[3], arguments[3])
        lows = Emit(context, builder, signature.args[5], arguments[5])
        total = Emit(context, builder, signature.args[7], arguments[7])
        at_re, at_im, at = (as_index(context, builder, arguments[a], signature.args[a]) for a in (1, 2, 4))
        base = emit.splat(arguments[6], signature.args[6])
        partial = total.load(ir.Constant(ir.IntType(64), 0))
        for j in range(BLOCK_VECTORS):
            step = ir.Constant(ir.IntType(64), j * emit.width)
            a, b = emit.load(builder.add(at_re, step)), emit.load(builder.add(at_im, step))
            weight = emit.add(emit.mul(a, a), emit.mul(b, b))
            partial = emit.add(partial, emit.mul(weight, _energy_vector(emit, table, lows, at, j, base)))
        total.store(partial, ir.Constant(ir.IntType(64), 0))
        return context.get_dummy_value()

    return types.void(data, re, im, energies, place, low, shift, sums), generate


def _emitters(context, builder, kind, value):
    """One writer for each array of a tuple."""
    return [Emit(context, builder, one, builder.extract_value(value, i)) for i, one in enumerate(kind.types)]


def _indices(context, builder, kind, value):
    """The numbers of a tuple, as indices."""
    return [as_index(context, builder, builder.extract_value(value, i), one) for i, one in enumerate(kind.types)]


@intrinsic
def turn_block(typing_context, states, costs, place, shift, scale, sums):
    """As `energy_block`; then dual = scale energy amplitude and amplitude = scale amplitude.

    Parameters
    ----------
    typing_context : as in `energy_block`
    states : (amplitudes, dual), float arrays (2N,)
    costs : (table, low), float arrays
        The cost is the sum of an entry of each and of the number `shift`.
    place : (int, int, int)
        Where the block's real parts, imaginary parts and costs begin.
    shift, scale : float
    sums : float array (lanes,)
    """

    def generate(context, builder, signature, arguments):
        kinds = signature.args
        emit, other = _emitters(context, builder, kinds[0], arguments[0])
        table, lows = _emitters(context, builder, kinds[1], arguments[1])
        at_re, at_im, at = _indices(context, builder, kinds[2], arguments[2])
        total = Emit(context, builder, kinds[5], arguments[5])
        base, factor = (emit.splat(arguments[a], kinds[a]) for a in (3, 4))
        partial = total.load(ir.Constant(ir.IntType(64), 0))
        for j in range(BLOCK_VECTORS):
            step = ir.Constant(ir.IntType(64), j * emit.width)
            energy = _energy_vector(emit, table, lows, at, j, base)
            for start in (at_re, at_im):
                there = builder.add(start, step)
                value = emit.load(there)
                partial = emit.add(partial, emit.mul(emit.mul(value, value), energy))
                value = emit.mul(value, factor)
                emit.store(value, there)
                other.store(emit.mul(value, energy), there)
        total.store(partial, ir.Constant(ir.IntType(64), 0))
        return context.get_dummy_value()

    return types.void(states, costs, place, shift, scale, sums), generate


@intrinsic
def unphase_block(typing_context, states, costs, phases, place, size, shift, factor, sums):
    """sums[0] += sum of ``energy Im(conj(dual) amplitude)``; then multiply both states by the phases.

    Parameters
    ----------
    typing_context, states, costs, place, shift, sums : as in `turn_block`
    phases : (table, low), float arrays
        Real parts, then imaginary parts: `size` of each in the table.
    size : int
    factor : (float, float)
        Real and imaginary part of a factor of all phases.
    """

    def generate(context, builder, signature, arguments):
        kinds = signature.args
        emit, other = _emitters(context, builder, kinds[0], arguments[0])
        energy_table, low_energies = _emitters(context, builder, kinds[1], arguments[1])
        tables, lows = _emitters(context, builder, kinds[2], arguments[2])
        at_re, at_im, at = _indices(context, builder, kinds[3], arguments[3])
        size_ = as_index(context, builder, arguments[4], kinds[4])
        base = emit.splat(arguments[5], kinds[5])
        parts = [builder.extract_value(arguments[6], i) for i in range(2)]
        scalar = [emit.splat(part, one) for part, one in zip(parts, kinds[6].types, strict=True)]
        total = Emit(context, builder, kinds[7], arguments[7])
        partial = total.load(ir.Constant(ir.IntType(64), 0))
        for j in range(BLOCK_VECTORS):
            step = ir.Constant(ir.IntType(64), j * emit.width)
            energy = _energy_vector(emit, energy_table, low_energies, at, j, base)
            there = builder.add(at_re, step), builder.add(at_im, step)
            x = emit.load(there[0]), emit.load(there[1])
            y = other.load(there[0]), other.load(there[1])
            current = emit.add(emit.mul(y[0], x[1]), emit.mul(builder.fneg(y[1]), x[0]))
            partial = emit.add(partial, emit.mul(energy, current))
            phase = _phase(emit, tables, lows, size_, builder.add(at, step), j, *scalar)
            for owner, value in ((emit, x), (other, y)):
                turned = product(emit, phase, value)
                owner.store(turned[0], there[0])
                owner.store(turned[1], there[1])
        total.store(partial, ir.Constant(ir.IntType(64), 0))
        return context.get_dummy_value()

    return types.void(states, costs, phases, place, size, shift, factor, sums), generate


set_phases = _phase_block(write_only=True)
multiply_phases = _phase_block(write_only=False)

"""Vector instructions for the kernels: rotations of amplitudes written as LLVM vector code.

Numba's own vectoriser gives up on butterflies over the lowest qubits (partners sit in one register) and on eight
streams of one array. These intrinsics emit portable LLVM vector code, which the compiler lowers to whatever the
processor has (two 256-bit registers stand in for one of 512 bits).

A rotation of qubit q by angle b maps the real pair (x, y) to ``cos b (x - t y, y + t x)`` with ``t = tan b``; the
kernels leave the cosines to the caller, who folds their product into the phases: one fused multiply-add for every
real number and qubit.
"""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic

_WIDE = bool(binding.get_host_cpu_features().get("avx512f", False))
BYTES = 64 if _WIDE else 32


def lanes(itemsize: int) -> int:
    """Numbers in one vector."""
    return BYTES // itemsize


class Emit:
    """Writes vector code on one array of float64 or float32."""

    def __init__(self, context, builder, array_type, array):
        self.context, self.builder = context, builder
        self.scalar = context.get_value_type(array_type.dtype)
        self.width = lanes(array_type.dtype.bitwidth // 8)
        self.vector = ir.VectorType(self.scalar, self.width)
        self.itemsize = array_type.dtype.bitwidth // 8
        self.data = context.make_array(array_type)(context, builder, array).data

    def pointer(self, index):
        place = self.builder.gep(self.data, [index])
        return self.builder.bitcast(place, self.vector.as_pointer())

    def load(self, index):
        return self.builder.load(self.pointer(index), align=self.itemsize)

    def store(self, value, index):
        self.builder.store(value, self.pointer(index), align=self.itemsize)

    def splat(self, value, value_type):
        if value_type.bitwidth // 8 != self.itemsize:
            value = self.builder.fptrunc(value, self.scalar)
        zero = ir.Constant(ir.IntType(32), 0)
        one = self.builder.insert_element(ir.Constant(self.vector, ir.Undefined), value, zero)
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
        return self.builder.shuffle_vector(one, ir.Constant(self.vector, ir.Undefined), mask)

    def partner(self, value, bit):
        """Lanes exchanged with those whose number differs in `bit`."""
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [i ^ (1 << bit) for i in range(self.width)])
        return self.builder.shuffle_vector(value, ir.Constant(self.vector, ir.Undefined), mask)

    def signs(self, bit):
        """-1 where the lane number has `bit` clear, else 1."""
        return ir.Constant(self.vector, [1.0 if (i >> bit) & 1 else -1.0 for i in range(self.width)])

    def add(self, a, b):
        return self.builder.fadd(a, b, flags=["contract"])

    def mul(self, a, b):
        return self.builder.fmul(a, b, flags=["contract"])

    def butterflies(self, values, bit, tangent):
        """Rotate the pairs of `values` whose positions differ in `bit`."""
        minus = self.builder.fneg(tangent)
        out = list(values)
        for i in range(len(values)):
            if not (i >> bit) & 1:
                j = i | (1 << bit)
                out[i] = self.add(values[i], self.mul(minus, values[j]))
                out[j] = self.add(values[j], self.mul(tangent, values[i]))
        return out

    def lane_rotation(self, values, bit, signed_tangent):
        return [self.add(v, self.mul(signed_tangent, self.partner(v, bit))) for v in values]

    def places(self, base, stride, radix):
        return [
            self.builder.add(base, self.builder.mul(stride, ir.Constant(stride.type, i))) for i in range(1 << radix)
        ]


def product(emit, a, b):
    """Complex product of two (real, imaginary) pairs of vectors."""
    minus = emit.builder.fneg(a[1])
    re = emit.add(emit.mul(a[0], b[0]), emit.mul(minus, b[1]))
    im = emit.add(emit.mul(a[0], b[1]), emit.mul(a[1], b[0]))
    return re, im


def as_index(context, builder, value, value_type):
    return context.cast(builder, value, value_type, types.int64)


def _strided_rotation(radix):
    """Rotate `radix` qubits: the 2**radix vectors at ``base + i stride``."""

    @intrinsic
    def rotate(typing_context, data, base, stride, tangents):
        def generate(context, builder, signature, arguments):
            emit = Emit(context, builder, signature.args[0], arguments[0])
            first = as_index(context, builder, arguments[1], signature.args[1])
            step = as_index(context, builder, arguments[2], signature.args[2])
            where = emit.places(first, step, radix)
            values = [emit.load(place) for place in where]
            for bit in range(radix):
                tangent = builder.extract_value(arguments[3], bit)
                values = emit.butterflies(values, bit, emit.splat(tangent, types.float64))
            for value, place in zip(values, where):
                emit.store(value, place)
            return context.get_dummy_value()

        return types.void(data, base, stride, tangents), generate

    return rotate


def _lane_rotation(radix):
    """Rotate the lane qubits and the `radix` qubits above them: 2**radix consecutive vectors at ``base``."""

    @intrinsic
    def rotate(typing_context, data, base, tangents):
        def generate(context, builder, signature, arguments):
            emit = Emit(context, builder, signature.args[0], arguments[0])
            first = as_index(context, builder, arguments[1], signature.args[1])
            where = emit.places(first, ir.Constant(first.type, emit.width), radix)
            values = [emit.load(place) for place in where]
            lane_bits = emit.width.bit_length() - 1
            for bit in range(lane_bits):
                tangent = emit.splat(builder.extract_value(arguments[2], bit), types.float64)
                values = emit.lane_rotation(values, bit, emit.mul(tangent, emit.signs(bit)))
            for bit in range(radix):
                tangent = builder.extract_value(arguments[2], lane_bits + bit)
                values = emit.butterflies(values, bit, emit.splat(tangent, types.float64))
            for value, place in zip(values, where):
                emit.store(value, place)
            return context.get_dummy_value()

        return types.void(data, base, tangents), generate

    return rotate


def _strided_gradient(radix):
    """Rotate `radix` qubits of two states and add ``sum(q_lower p_upper ...)`` of each qubit to `sums`."""

    @intrinsic
    def rotate(typing_context, first, second, base, stride, tangents, sums):
        def generate(context, builder, signature, arguments):
            emit = Emit(context, builder, signature.args[0], arguments[0])
            other = Emit(context, builder, signature.args[1], arguments[1])
            total = Emit(context, builder, signature.args[5], arguments[5])
            start = as_index(context, builder, arguments[2], signature.args[2])
            step = as_index(context, builder, arguments[3], signature.args[3])
            where = emit.places(start, step, radix)
            values = [emit.load(place) for place in where]
            duals = [other.load(place) for place in where]
            for bit in range(radix):
                _gather_gradient(emit, total, values, duals, bit, bit)
            for bit in range(radix):
                tangent = emit.splat(builder.extract_value(arguments[4], bit), types.float64)
                values = emit.butterflies(values, bit, tangent)
                duals = emit.butterflies(duals, bit, tangent)
            for value, dual, place in zip(values, duals, where):
                emit.store(value, place)
                other.store(dual, place)
            return context.get_dummy_value()

        return types.void(first, second, base, stride, tangents, sums), generate

    return rotate


def _gather_gradient(emit, total, values, duals, bit, row):
    """sums[row] += sum over pairs (lower, upper) of dual_upper value_lower - dual_lower value_upper."""
    place = ir.Constant(ir.IntType(64), row * emit.width)
    partial = total.load(place)
    for i in range(len(values)):
        if not (i >> bit) & 1:
            j = i | (1 << bit)
            partial = emit.add(partial, emit.mul(duals[j], values[i]))
            partial = emit.add(partial, emit.mul(emit.builder.fneg(duals[i]), values[j]))
    total.store(partial, place)


def _lane_gradient(radix):
    """As `_strided_gradient` for the lane qubits (first rows of `sums`) and `radix` qubits above them."""

    @intrinsic
    def rotate(typing_context, first, second, base, tangents, sums):
        def generate(context, builder, signature, arguments):
            emit = Emit(context, builder, signature.args[0], arguments[0])
            other = Emit(context, builder, signature.args[1], arguments[1])
            total = Emit(context, builder, signature.args[4], arguments[4])
            start = as_index(context, builder, arguments[2], signature.args[2])
            where = emit.places(start, ir.Constant(start.type, emit.width), radix)
            values = [emit.load(place) for place in where]
            duals = [other.load(place) for place in where]
            lane_bits = emit.width.bit_length() - 1
            for bit in range(lane_bits):
                place = ir.Constant(ir.IntType(64), bit * emit.width)
                partial = total.load(place)
                for value, dual in zip(values, duals):
                    # lane with the bit set holds dual_upper value_lower; the sign handles the other
                    turned = emit.mul(emit.signs(bit), emit.partner(value, bit))
                    partial = emit.add(partial, emit.mul(dual, turned))
                total.store(partial, place)
            for bit in range(radix):
                _gather_gradient(emit, total, values, duals, bit, lane_bits + bit)
            for bit in range(lane_bits):
                tangent = emit.splat(builder.extract_value(arguments[3], bit), types.float64)
                signed = emit.mul(tangent, emit.signs(bit))
                values = emit.lane_rotation(values, bit, signed)
                duals = emit.lane_rotation(duals, bit, signed)
            for bit in range(radix):
                tangent = emit.splat(builder.extract_value(arguments[3], lane_bits + bit), types.float64)
                values = emit.butterflies(values, bit, tangent)
                duals = emit.butterflies(duals, bit, tangent)
            for value, dual, place in zip(values, duals, where):
                emit.store(value, place)
                other.store(dual, place)
            return context.get_dummy_value()

        return types.void(first, second, base, tangents, sums), generate

    return rotate


def _ask(emit, index):
    """Prefetch to the second-level cache."""
    pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
    call = emit.builder.module.declare_intrinsic("llvm.prefetch", (pointer,), kind)
    place = emit.builder.bitcast(emit.pointer(index), pointer)
    emit.builder.call(call, [place, ir.Constant(flag, 0), ir.Constant(flag, 2), ir.Constant(flag, 1)])


@intrinsic
def copy_row(typing_context, source, at, target, to, vectors, ahead):
    """Copy as many vectors as the tuple `vectors` is long, and prefetch as many from `ahead`.

    Parameters
    ----------
    typing_context : numba.core.typing.Context
        What Numba gives every intrinsic; callers leave it out.
    source, target : float arrays
    at, to, ahead : int
        Where to read, to write and to prefetch.
    vectors : tuple
        Its length counts, not its values.
    """

    def generate(context, builder, signature, arguments):
        origin = Emit(context, builder, signature.args[0], arguments[0])
        goal = Emit(context, builder, signature.args[2], arguments[2])
        start, end, far = (as_index(context, builder, arguments[a], signature.args[a]) for a in (1, 3, 5))
        for i in range(len(signature.args[4])):
            step = ir.Constant(ir.IntType(64), i * origin.width)
            goal.store(origin.load(builder.add(start, step)), builder.add(end, step))
            _ask(origin, builder.add(far, step))
        return context.get_dummy_value()

    return types.void(source, at, target, to, vectors, ahead), generate


@intrinsic
def prefetch(typing_context, data, index):
    """Ask for the cache line of ``data[index]``, which need not exist."""

    def generate(context, builder, signature, arguments):
        emit = Emit(context, builder, signature.args[0], arguments[0])
        _ask(emit, as_index(context, builder, arguments[1], signature.args[1]))
        return context.get_dummy_value()

    return types.void(data, index), generate


@intrinsic
def reflect(typing_context, re, im, base, stride, weights, kappa_re, kappa_im):
    """Apply ``I + kappa |w><w|`` to the vectors at ``base + i stride``, one for each weight of the tuple.

    Parameters
    ----------
    typing_context : as in `copy_row`
    re, im : float arrays
        Real and imaginary parts.
    base, stride : int
    weights : tuple of float
        The vector w.
    kappa_re, kappa_im : float
    """

    def generate(context, builder, signature, arguments):
        real = Emit(context, builder, signature.args[0], arguments[0])
        imag = Emit(context, builder, signature.args[1], arguments[1])
        first = as_index(context, builder, arguments[2], signature.args[2])
        step = as_index(context, builder, arguments[3], signature.args[3])
        count = len(signature.args[4])
        where = [builder.add(first, builder.mul(step, ir.Constant(step.type, i))) for i in range(count)]
        scale = [real.splat(builder.extract_value(arguments[4], i), signature.args[4].dtype) for i in range(count)]
        x, y = [real.load(place) for place in where], [imag.load(place) for place in where]
        p, q = real.mul(scale[0], x[0]), real.mul(scale[0], y[0])
        for i in range(1, count):
            p, q = real.add(p, real.mul(scale[i], x[i])), real.add(q, real.mul(scale[i], y[i]))
        kappa = real.splat(arguments[5], signature.args[5]), real.splat(arguments[6], signature.args[6])
        p, q = product(real, kappa, (p, q))
        for i in range(count):
            real.store(real.add(x[i], real.mul(scale[i], p)), where[i])
            imag.store(real.add(y[i], real.mul(scale[i], q)), where[i])
        return context.get_dummy_value()

    parameters = (re, im, base, stride, weights, kappa_re, kappa_im)
    return types.void(*parameters), generate


rotate1 = _strided_rotation(1)
rotate2 = _strided_rotation(2)
rotate3 = _strided_rotation(3)
rotate4 = _strided_rotation(4)
rotate_lanes3 = _lane_rotation(3)
gradient1 = _strided_gradient(1)
gradient2 = _strided_gradient(2)
gradient3 = _strided_gradient(3)
gradient_lanes3 = _lane_gradient(3)

"""How long a shot would take on a machine: the clock of the simulated QPU."""

from quantum.ansatz import Resources
from quantum.options import checked, option


@checked
class Hardware:
    """Times of a gate-model machine, in seconds.

    The defaults are round figures of present superconducting machines with a passive reset (for IBM's Heron the
    published medians are about 35 ns, 70 ns and 1.5 us, and the default pause between shots is 250 us). They are
    assumptions, not measurements of ours: change them in the study to see what a conclusion owes to them.
    """

    one_qubit: float = option(default=35e-9, doc="seconds of a layer of one-qubit gates", ge=0)
    two_qubit: float = option(default=70e-9, doc="seconds of a layer of two-qubit gates", ge=0)
    readout: float = option(default=1.5e-6, doc="seconds of a measurement", ge=0)
    reset: float = option(default=250e-6, doc="seconds between shots", ge=0)

    def shot(self, circuit: Resources) -> float:
        """Seconds of one shot: layers of gates, readout, reset. Queues, compilation and network are left out."""
        single = max(0, circuit.depth - circuit.two_qubit_depth)
        return circuit.two_qubit_depth * self.two_qubit + single * self.one_qubit + self.readout + self.reset

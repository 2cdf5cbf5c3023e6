"""How long a shot would take on a machine: the clock of the simulated QPU."""

from dataclasses import dataclass

from quantum.ansatz import Resources


@dataclass(frozen=True, slots=True)
class Hardware:
    """Times of a gate-model machine, in seconds.

    The defaults are round figures of present superconducting machines with a passive reset (for IBM's Heron the
    published medians are about 35 ns, 70 ns and 1.5 us, and the default pause between shots is 250 us). They are
    assumptions, not measurements of ours: change them in the study to see what a conclusion owes to them.
    """

    one_qubit: float = 35e-9
    two_qubit: float = 70e-9
    readout: float = 1.5e-6
    reset: float = 250e-6

    def shot(self, circuit: Resources) -> float:
        """Seconds of one shot: layers of gates, readout, reset. Queues, compilation and network are left out."""
        single = max(0, circuit.depth - circuit.two_qubit_depth)
        return circuit.two_qubit_depth * self.two_qubit + single * self.one_qubit + self.readout + self.reset

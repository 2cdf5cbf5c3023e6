"""``wardwise scaling``: record, predict, measure, write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["scaling"]

#: Seconds of a message between two ranks of one machine from which it cannot be what the machine can do.
_BUSY = 1e-4


def scaling(
    instances: Annotated[
        list[Path], typer.Argument(metavar="INSTANCE...", help="Instances, or traces (*.trace.json) of earlier runs.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for tables, picture, traces.")],
    ranks: Annotated[
        str, typer.Option("--ranks", metavar="1,2,8", help="Numbers of ranks to predict.")
    ] = "1,2,4,8,16,32,64,128,256,512,1024",
    measured: Annotated[
        str, typer.Option("--measure", metavar="1,2,4", help="Also measure with this many real ranks here.")
    ] = "",
    target: Annotated[
        float,
        typer.Option(
            "--target-seconds",
            metavar="S",
            help="Also search a roster for S processor seconds with each number of --measure: time to the same cost.",
        ),
    ] = 0.0,
    iterations: Annotated[int, typer.Option("--iterations", metavar="N", help="Pricing rounds of the root.")] = 12,
    rounds: Annotated[int, typer.Option("--rounds", metavar="N", help="Rounds of neighbourhoods.")] = 2,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", help="Most processor seconds to record one instance.")
    ] = 120,
    latency: Annotated[
        float | None,
        typer.Option("--latency", metavar="US", help="Microseconds of a message; measured here if absent."),
    ] = None,
    bandwidth: Annotated[
        float | None, typer.Option("--bandwidth", metavar="GB/S", help="Gigabytes a second; measured here if absent.")
    ] = None,
) -> None:
    """Predict from a recorded run what many ranks do, and compare with real ranks of this machine.

    Rosters are traced over pricing rounds and neighbourhoods, two-stage bed plans over rounds of the L-shaped method.

    Predicted and measured figures are kept apart in every table and picture.
    """
    from optimise.cli.kernel_cache import kernel_cache
    from optimise.core.errors import WardwiseError

    def numbers(text: str, option: str) -> list[int]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not all(part.isdigit() and int(part) > 0 for part in parts):
            raise WardwiseError(f"{option} {text!r}: numbers above 0, separated by commas, were expected")
        return sorted({int(part) for part in parts})

    wanted, real = numbers(ranks, "--ranks"), numbers(measured, "--measure")
    if target < 0 or (target > 0 and not real):
        raise WardwiseError("--target-seconds needs a number above 0, and --measure with the numbers of ranks")
    for name, value in (("--latency", latency), ("--bandwidth", bandwidth)):
        if value is not None and not value > 0:
            raise WardwiseError(f"{name} must be above 0, not {value:g}")
    with kernel_cache(_say):
        from dataclasses import replace

        from hpc.scaling import measure
        from hpc.scaling.model import predict
        from hpc.scaling.subjects import subject_of
        from hpc.scaling.table import advice, measured_rows, predicted_rows, target_rows, write
        from hpc.scaling.trace import Trace
        from hpc.scaling.work import Workload
        from optimise.core.atomic import make_folder
        from optimise.formats.base import read

        workload = Workload(iterations, rounds, repeats=2)
        _say("measuring messages between two ranks")
        network = measure.measure_network()
        if latency is None and network.latency > _BUSY:
            _say(
                f"note: a message took {network.latency * 1e6:.0f} us at best, as on a machine that is busy with "
                "something else; predictions rest on it, so give the cluster's --latency and --bandwidth"
            )
        if latency is not None or bandwidth is not None:
            network = replace(
                network,
                latency=network.latency if latency is None else latency * 1e-6,
                bandwidth=network.bandwidth if bandwidth is None else bandwidth * 1e9,
                source="given; what was not given, and packing, measured on this machine",
            )
        rows, advices = [], []
        where = ""
        make_folder(output)
        for file in instances:
            if file.name.endswith(".trace.json"):
                trace = Trace.read(file)
            else:
                problem = read(file)
                _say(f"{file.name}: recording one rank, about {seconds:g} processor seconds at most")
                trace = subject_of(problem, file).record(problem, workload, seconds)
                trace.write(output / f"{file.stem}.trace.json")
            where = trace.machine
            predictions = [predict(trace, n, network) for n in wanted]
            advices.append(advice(trace.name, predictions))
            rows += predicted_rows(trace, predictions)
            if real and not file.name.endswith(".trace.json"):
                size = f"{trace.people} {trace.unit}"
                found = []
                for n in real:
                    _say(f"{file.name}: the same work on {_ranks(n)} of this machine")
                    found.append(measure.measure(file, n, workload))
                rows += measured_rows(trace.name, size, found)
                if target > 0 and subject_of(problem, file).searches:
                    runs = []
                    for n in real:
                        _say(f"{file.name}: searching on {_ranks(n)}, {target:g} processor seconds each")
                        runs.append(measure.measure_search(file, n, target))
                    rows += target_rows(trace.name, size, runs)
        written = write(output, rows, network, where, advices)
    print((output / "scaling.md").read_text(encoding="utf-8"))
    print(f"written to {output}: {', '.join(f.name for f in written)}", file=sys.stderr)


def _say(text: str) -> None:
    """What is being done, for people who wait; not part of the answer."""
    print(text, file=sys.stderr)


def _ranks(number: int) -> str:
    return f"{number} rank" if number == 1 else f"{number} ranks"

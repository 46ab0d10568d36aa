"""SPIN on an exported model: its verifier made, compiled and run, and what it said read.

It is run as its makers advise for speed: `-O2`, `-DSAFETY`, and a hash table with room for all states, so that it is
never enlarged while it runs.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Ran, run

SPIN, CC = shutil.which("spin"), shutil.which("gcc") or shutil.which("cc")
MISSING = " and ".join(name for name, found in (("spin", SPIN), ("gcc", CC)) if found is None)
"""What SPIN needs and is not here; "" if nothing is missing."""

WITHOUT = f"there is no {MISSING} here, so there is nothing to compare with; on Debian: apt-get install spin gcc"

DEEPEST = 1_000_000


@dataclass(frozen=True)
class Mode:
    """A way to run SPIN: its name, what the model is told (`-D`), and what the compiler is."""

    name: str
    model: tuple[str, ...]
    compiler: tuple[str, ...]


COUNTING = Mode("SPIN, counting states", (), ("-DNOREDUCE",))
FULL = Mode("SPIN, all states", ("CHECK_ALL",), ("-DNOREDUCE",))
REDUCED = Mode("SPIN, partial order reduction", ("CHECK_ALL",), ())
CHAINS = Mode("SPIN, reduction and merged steps", ("CHECK_ALL", "CHAINS"), ())


@dataclass(frozen=True)
class Pan:
    """What a verifier said of a complete search; `states` has no more than the eight digits that it prints."""

    states: int
    errors: int
    bytes_of_a_state: float

    def counts(self, states: int) -> bool:
        """Whether it counted so many states, as far as its digits tell."""
        return f"{self.states:.8g}" == f"{states:.8g}"


@dataclass(frozen=True)
class Verifier:
    """A compiled verifier, the seconds it took to make it, and the power of two its table has room for."""

    program: Path
    made_in: float
    table: int

    def run(self, limit: float) -> tuple[Ran, Pan | None]:
        """Run it, for so many seconds at most; nothing is read of one that was stopped.

        Raises RuntimeError for a search that was not complete for another reason.
        """
        ran = run(str(self.program), f"-m{DEEPEST}", "-n", f"-w{self.table}", folder=self.program.parent, limit=limit)
        return (ran, read(ran.said)) if ran.ended else (ran, None)


def make(model: str, mode: Mode, folder: Path, states: int) -> Verifier:
    """A verifier for a Promela model with about so many states."""
    assert SPIN is not None
    assert CC is not None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pml").write_text(model, encoding="utf-8")
    generated = run(SPIN, *(f"-D{word}" for word in mode.model), "-a", "model.pml", folder=folder)
    if "rror" in generated.said:
        raise RuntimeError(generated.said)
    memory = f"-DMEMLIM={(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 20) * 3 // 4}"
    flags = ("-O2", "-w", "-DSAFETY", memory, *mode.compiler)
    compiled = run(CC, *flags, "-o", "pan", "pan.c", folder=folder)
    return Verifier(folder / "pan", generated.wall + compiled.wall, min(max(states.bit_length() + 1, 20), 28))


def read(said: str) -> Pan:
    """What a verifier says at its end. Raises RuntimeError if it did not look at all states."""
    if "max search depth too small" in said or "out of memory" in said or "memory limit" in said:
        raise RuntimeError(f"SPIN did not come to its end:\n{said[-2000:]}")
    stored = re.search(r"(\d[\d.]*(?:e\+\d+)?) states, stored", said)
    errors = re.search(r"errors: (\d+)", said)
    memory = re.search(r"([\d.]+)\s+total actual memory usage", said)
    if not stored or not errors:
        raise RuntimeError(f"this is not what SPIN's verifier says at its end:\n{said[-2000:]}")
    states = round(float(stored[1]))
    return Pan(states, int(errors[1]), float(memory[1]) * (1 << 20) / states if memory and states else 0.0)


def version() -> str:
    """SPIN's own words for which one it is."""
    return run(SPIN, "-V").said.strip() if SPIN else "none"

"""Running SPIN on a Promela model, for the tests of the export."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SPIN, GCC = shutil.which("spin"), shutil.which("gcc")
MISSING = [name for name, found in (("spin", SPIN), ("gcc", GCC)) if found is None]

needs_spin = pytest.mark.skipif(
    bool(MISSING),
    reason=f"there is no {' and no '.join(MISSING)} here; on Debian: apt-get install spin gcc",
)


@dataclass(frozen=True)
class Pan:
    """What SPIN's verifier counted."""

    states: int
    errors: int


def verify(model: str, folder: Path, *defines: str, flags: tuple[str, ...] = ("-DNOREDUCE",)) -> Pan:
    """Make SPIN's verifier for a model, compile it and run it to its end or to the first error."""
    assert SPIN is not None
    assert GCC is not None
    asked = "".join(f"#define {define}\n" for define in defines)  # SPIN has no room for many of them as arguments
    (folder / "model.pml").write_text(asked + model, encoding="utf-8")
    told = _run(folder, SPIN, "-a", "model.pml")
    assert "rror" not in told, told
    _run(folder, GCC, "-O0", "-w", "-DSAFETY", "-DNOFAIR", *flags, "-o", "pan", "pan.c")
    told = _run(folder, str(folder / "pan"), "-m100000", "-n")
    assert "max search depth too small" not in told
    return Pan(_number(r"(\d+) states, stored", told), _number(r"errors: (\d+)", told))


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, text
    return int(found.group(1))

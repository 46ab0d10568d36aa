"""What a user installs: the built packages, and the wheel in an empty environment.

`properties` and `diagrams`, two folders of this repository, are also the names of packages on
PyPI. So the wheel is installed beside those two, and everything runs in another folder than this
one: only what was really shipped can be found.
"""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
SUFFIX = ".exe" if os.name == "nt" else ""

# One worker builds and installs, once for all tests.
pytestmark = pytest.mark.xdist_group("wheel")


@dataclass(frozen=True)
class Packages:
    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and a folder that is not this repository to run things in."""

    folder: Path
    elsewhere: Path

    def run(self, command: str, *arguments: str, timeout: float = 60) -> str:
        """Run one of the environment's commands; return what it printed, or fail with all of it."""
        return run(
            self.folder / SCRIPTS / f"{command}{SUFFIX}", *arguments, cwd=self.elsewhere, timeout=timeout
        )


def run(command: Path | str, *arguments: Path | str, cwd: Path, timeout: float) -> str:
    shielded = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "FORCE_COLOR"}
    environment = {name: value for name, value in os.environ.items() if name not in shielded}
    environment |= {"NO_COLOR": "1", "COLUMNS": "160", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [command, *arguments],
        cwd=cwd,
        env=environment,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        words = " ".join(str(word) for word in (command, *arguments))
        pytest.fail(f"{words}\nexit status {done.returncode}\n{done.stdout}\n{done.stderr}", pytrace=False)
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The sdist, and the wheel built from that sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out, timeout=120)
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return Packages(sdist, wheel)


@pytest.fixture(scope="module")
def installed(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel in an empty environment, beside PyPI's packages `diagrams` and `properties`."""
    folder = tmp_path_factory.mktemp("user") / "venv"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--python", folder / SCRIPTS / f"python{SUFFIX}"]
    quietly = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run(*pip, "install", *quietly, packages.wheel, "diagrams", "properties", cwd=elsewhere, timeout=400)
    return Environment(folder, elsewhere)


def modules(folder: Path) -> set[str]:
    """The files under `folder` that a package of it must hold."""
    return {
        file.relative_to(ROOT).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and (file.suffix == ".py" or file.name == "py.typed")
    }


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_wheel_holds_the_library_and_nothing_else(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    assert tops == {"oauth_model", "oauth_model-0.1.0.dist-info"}
    assert modules(ROOT / "oauth_model") <= names
    assert "oauth_model/py.typed" in names


def test_the_wheel_says_what_it_is(packages: Packages) -> None:
    metadata = metadata_of(packages.wheel)
    assert metadata["Name"] == "oauth-model"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    required = {line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line}
    assert required == {
        "beautifulsoup4>=4.12",
        "click>=8.1",
        "cloudpickle>=3",
        "dd>=0.6",
        "graphviz>=0.20",
        "httpx>=0.27",
        "hypothesis>=6.100",
        "numba>=0.61",
        "numpy>=1.26",
        "pytest>=8",
        "rich>=13",
        "transitions>=0.9.3",
    }


@pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="there is no README.md yet")
def test_the_wheel_carries_the_readme(packages: Packages) -> None:
    assert metadata_of(packages.wheel)["Description-Content-Type"] == "text/markdown", (
        'README.md is not in the metadata: add readme = "README.md" to [project] in pyproject.toml'
    )


def test_the_sdist_can_be_tested_by_who_unpacks_it(packages: Packages) -> None:
    with tarfile.open(packages.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"LICENSE", "Makefile", "pyproject.toml", "tests/test_wheel.py"}
    for folder in ("oauth_model", "properties", "diagrams", "tests"):
        wanted |= modules(ROOT / folder)
    assert wanted <= names
    stray = {name for name in names if name.startswith((".venv", ".git/", "dist/", ".hypothesis"))}
    assert not stray


@pytest.mark.network
@pytest.mark.slow
def test_packages_of_the_same_names_are_not_ours(installed: Environment) -> None:
    where = "import diagrams, properties; print(diagrams.__file__); print(properties.__file__)"
    owner = "from importlib.metadata import packages_distributions as p; print(p()[{!r}])"
    diagrams, properties = (Path(line) for line in installed.run("python", "-c", where).splitlines())
    for file in (diagrams, properties):
        assert file.is_relative_to(installed.folder)
        assert not file.is_relative_to(ROOT)
    assert installed.run("python", "-c", owner.format("diagrams")).strip() == "['diagrams']"
    assert installed.run("python", "-c", owner.format("properties")).strip() == "['properties']"


@pytest.mark.network
@pytest.mark.slow
def test_the_library_is_the_installed_one(installed: Environment) -> None:
    where = "import oauth_model; print(oauth_model.__file__)"
    assert Path(installed.run("python", "-c", where).strip()).is_relative_to(installed.folder)


@pytest.mark.network
@pytest.mark.slow
def test_help_is_shown(installed: Environment) -> None:
    assert "check" in installed.run("oauth-model", "--help")
    assert "Usage" in installed.run("oauth-model", "check", "--help")


@pytest.mark.network
@pytest.mark.slow
def test_the_model_is_listed(installed: Environment) -> None:
    assert installed.run("oauth-model", "list").strip()


@pytest.mark.network
@pytest.mark.slow
def test_check_prints_its_verdicts_in_another_folder(installed: Environment) -> None:
    printed = installed.run("oauth-model", "check", "--profile", "rfc9700", timeout=300)
    assert "holds" in printed
    assert "broken" in printed

"""A checkpoint that was damaged is refused or searched to an end: compiled code is never given what it cannot use."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from oauth_model.engines import explicit
from oauth_model.engines.explicit import Cut, Explicit
from oauth_model.engines.explicit_checkpoint import DIGEST, TITLE, Checkpoint, Saved
from oauth_model.engines.explicit_sound import FORMS, FORMS_OF_FINGERPRINTS, Damaged, check
from oauth_model.engines.program import Program
from oauth_model.engines.walk import Limits
from oauth_model.goals import SAFETY
from oauth_model.names import InputError
from tests.core.scenarios import SCENARIOS

SCENARIO = SCENARIOS["replay revokes"]
LIMITS = Limits(states=5000)
VALUES = st.one_of(st.integers(0, 40), st.sampled_from([(1 << bits) - 1 for bits in (8, 16, 31, 32, 63, 64)]))


@cache
def saved(fingerprints: bool) -> Saved:
    """What a search has when it has looked at some states."""
    search = Explicit(Program(SCENARIO), SAFETY, fingerprints=fingerprints)
    for _, _ in zip(range(8), search.steps(), strict=False):
        pass
    return Saved(search.program, {name: array.copy() for name, array in search.saved.arrays.items()})


def goes_on(fingerprints: bool, changed: dict[str, NDArray[Any]]) -> int:
    """The states of a search that goes on with some arrays changed. Raises Damaged."""
    before = saved(fingerprints)
    search = Explicit(before.program, SAFETY, limits=LIMITS, fingerprints=fingerprints)
    search.resume(before._replace(arrays={name: array.copy() for name, array in (before.arrays | changed).items()}))
    try:
        for _ in search.steps():
            pass
    except Cut:
        pass
    return search.states.used


@pytest.mark.parametrize("fingerprints", [False, True])
def test_what_was_saved_is_sound(fingerprints: bool) -> None:
    names = saved(fingerprints).arrays.keys()
    assert names == FORMS.keys() | (FORMS_OF_FINGERPRINTS.keys() if fingerprints else set())
    assert goes_on(fingerprints, {}) == explicit.search(Program(SCENARIO), SAFETY).states


@pytest.mark.parametrize("fingerprints", [False, True])
@given(data=st.data())
def test_whatever_becomes_of_a_number_no_memory_is_harmed(fingerprints: bool, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(saved(fingerprints).arrays)))
    array = saved(fingerprints).arrays[name].copy()
    at = data.draw(st.integers(0, array.size - 1)) if array.size else None
    if at is not None:
        info = np.iinfo(array.dtype)
        array.reshape(-1)[at] = min(data.draw(VALUES), int(info.max))
    try:
        goes_on(fingerprints, {name: array})
    except Damaged as failure:
        assert str(failure)


@pytest.mark.parametrize("fingerprints", [False, True])
@pytest.mark.parametrize("name", FORMS)
def test_an_array_of_another_form_is_refused(name: str, fingerprints: bool) -> None:
    arrays = saved(fingerprints).arrays
    array = arrays[name]
    others = [array[:0], array[:-1], array.astype(np.float64), array[np.newaxis], np.concatenate([array, array])]
    for other in others:
        if other.shape == array.shape and other.dtype == array.dtype:
            continue
        if name.endswith("parts") and len(other) > len(array) and other.ndim == 2:
            continue  # parts of no set
        with pytest.raises(Damaged):
            check({**arrays, name: other}, saved(fingerprints).program)
    with pytest.raises(Damaged):
        check({other: arrays[other] for other in arrays if other != name}, saved(fingerprints).program)


def test_it_is_said_in_one_line_which_file_and_what_to_do(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "checkpoint")
    arrays = saved(False).arrays
    checkpoint.save(saved(False)._replace(arrays={**arrays, "layout shift": np.zeros_like(arrays["layout shift"])}))
    told = r"^checkpoint .*: is damaged \(two fields of a state have the same place\); delete it or name another$"
    with pytest.raises(InputError, match=told):
        explicit.search(Program(SCENARIO), SAFETY, checkpoint=checkpoint)


@cache
def kept() -> bytes:
    with TemporaryDirectory() as folder:
        Checkpoint(Path(folder, "checkpoint")).save(saved(False))
        return Path(folder, "checkpoint").read_bytes()


@given(data=st.data())
def test_a_file_of_which_a_bit_is_another_is_refused_before_it_is_unpickled(data: st.DataObject) -> None:
    damaged = bytearray(kept())
    part = data.draw(st.sampled_from([100, 3000, len(damaged)]))
    damaged[data.draw(st.integers(0, part - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder, "checkpoint").write_bytes(damaged)
        patch.setattr(Checkpoint, "_read", lambda *args: pytest.fail("it was read"))
        with pytest.raises(InputError, match=r"^checkpoint .*: is (damaged|no checkpoint of this version); delete it"):
            Checkpoint(Path(folder, "checkpoint")).load(Program(SCENARIO))


def test_a_file_that_names_what_is_not_there_any_more_is_refused(tmp_path: Path) -> None:
    contents = kept()[len(TITLE) + DIGEST :].replace(b"oauth_model.session", b"oauth_model.sessiom")
    (tmp_path / "checkpoint").write_bytes(TITLE + hashlib.sha256(contents).digest() + contents)
    told = r"^checkpoint .*: is of another version of the model \(ModuleNotFoundError: .*\); delete it or name another$"
    with pytest.raises(InputError, match=told):
        Checkpoint(tmp_path / "checkpoint").load(Program(SCENARIO))

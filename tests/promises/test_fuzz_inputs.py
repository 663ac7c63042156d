"""Every input that fuzzing found fault with, read again, and the fuzzer's own parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.damaged_index import altered, sound
from fuzz.run import shortened
from fuzz.seeds import dictionary, seeds
from fuzz.targets import TARGETS
from tests.support.places import FUZZ_INPUTS as INPUTS

FOUND = sorted(path.relative_to(INPUTS).as_posix() for path in INPUTS.glob("*/*"))


def test_every_input_belongs_to_a_target() -> None:
    assert {name.partition("/")[0] for name in FOUND} <= set(TARGETS)


@pytest.mark.parametrize("name", FOUND)
def test_what_was_once_at_fault_is_read(name: str) -> None:
    TARGETS[name.partition("/")[0]]((INPUTS / name).read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_holds_for_some_of_its_seeds(target: str) -> None:
    found = list(seeds(target))
    assert len(found) >= 8
    for seed in found[:: max(1, len(found) // 12)]:
        TARGETS[target](seed)


EDIT = st.builds(
    lambda how, place, piece: bytes([how]) + place.to_bytes(4, "little") + b"\4\0" + piece,
    st.integers(0, 7),
    st.integers(0, 2**17),
    st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\1\0\0\0"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(EDIT, min_size=1, max_size=3).map(b"".join))
def test_an_altered_index_is_refused_or_answers(edits: bytes) -> None:
    TARGETS["index"](edits)


@pytest.mark.parametrize("target", TARGETS)
def test_a_dictionary_has_one_quoted_word_a_line(target: str) -> None:
    lines = dictionary(target).splitlines()
    assert lines
    for line in lines:
        assert line.isascii()
        assert line[0] == line[-1] == '"'
        assert '"' not in line[1:-1]


def test_edits_alter_the_files_they_name() -> None:
    database, segment = sorted(sound().files)
    assert altered(b"") == sound().files
    cut = altered(b"\x07" + (9).to_bytes(4, "little") + b"\0\0")
    assert cut[segment] == sound().files[segment][:9]
    assert cut[database] == sound().files[database]
    written = altered(b"\x00" + (0).to_bytes(4, "little") + b"\x02\0ab")
    assert written[database] == b"ab" + sound().files[database][2:]


def test_an_input_is_shortened_to_what_its_error_needs() -> None:
    def fails(data: bytes) -> None:
        if data.count(b"x") > 1:
            raise ValueError

    assert shortened(fails, b"some x, and then another x, and more") == b"xx"

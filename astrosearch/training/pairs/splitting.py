"""Train, validation and test: which papers go where, and that no two splits share a text.

A paper's split is a hash of its id. Two ids may stand for one paper, and papers share sentences,
so pairs are written to a file for each split first. Whatever validation and test share with
train (a paper, or a near-identical text) is then left out of them; what validation and test
share is left out of test. Only digests of validation and test are held in memory.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from astrosearch.errors import AstrosearchError
from astrosearch.training.pairs.file import SPLITS, Pair, Split, read_pairs, write_pairs
from astrosearch.training.pairs.fingerprints import digest, near_keys


@dataclass(frozen=True, slots=True)
class Shares:
    """Per cent of the papers that go to each split, and the seed that deals them out."""

    train: float = 90
    validation: float = 5
    test: float = 5
    seed: int = 0

    def split_of(self, paper_id: str) -> Split:
        """The split of a paper; the same for the same seed and shares, on any machine."""
        data = f"{self.seed}\0{paper_id}".encode("utf-8", "surrogatepass")
        place = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") / 2**64
        total = self.train + self.validation + self.test
        if place * total < self.test:
            return "test"
        return "validation" if place * total < self.test + self.validation else "train"


def parse_shares(text: str, seed: int) -> Shares:
    """Read `90,5,5`.

    Raises
    ------
    AstrosearchError
        When it isn't three shares, none below 0, with some for train.
    """
    try:
        shares = [float(part) for part in text.split(",")]
    except ValueError:
        shares = []
    if len(shares) != 3 or not all(0 <= share < 1e9 for share in shares) or shares[0] == 0:
        raise AstrosearchError(
            f"{text!r} is no split.\nGive the shares of train, validation and test: 90,5,5"
        )
    return Shares(shares[0], shares[1], shares[2], seed)


@dataclass(slots=True)
class Tally:
    """How many pairs of each kind and split were written, and how many crossed splits."""

    written: Counter[tuple[str, Split]] = field(default_factory=Counter)
    crossing: int = 0


def keys_of(pair: Pair) -> frozenset[int]:
    """What a pair may not share with another split: its papers and near-identical texts."""
    papers = {digest(f"paper {paper}") for paper in (pair.paper_a, pair.paper_b) if paper}
    return frozenset(papers.union(near_keys(pair.text_a), near_keys(pair.text_b)))


def spool(pairs: Iterable[Pair], folder: Path) -> None:
    """Write pairs to one file for each split."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        streams = {
            name: stack.enter_context(_of(folder, name).open("w", encoding="utf-8"))
            for name in SPLITS
        }
        for pair in pairs:
            write_pairs([pair], streams[pair.split])


def separated(folder: Path, tally: Tally) -> Generator[Pair]:
    """Yield the spooled pairs, train first, without those that cross splits; count both."""
    held_out: set[int] = set()
    for name in ("validation", "test"):
        for pair in read_pairs(_of(folder, name)):
            held_out |= keys_of(pair)
    taken: set[int] = set()
    for name in SPLITS:
        own: set[int] = set()
        for pair in read_pairs(_of(folder, name)):
            keys = keys_of(pair)
            if name != "train" and not taken.isdisjoint(keys):
                tally.crossing += 1
                continue
            own |= keys & held_out
            tally.written[pair.kind, name] += 1
            yield pair
        taken |= own


def _of(folder: Path, split: Split) -> Path:
    return folder / f"{split}.jsonl"

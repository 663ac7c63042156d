"""Which edition of a paper wins, and what becomes of one that was read."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from astrosearch.corpus.document import Document
from astrosearch.indexing.decide import change_for, edition_of, papers_to_keep, possible_ids, wins
from astrosearch.records import Paper, SourceSentence
from astrosearch.store.rows import Edition, NoteEdition, PutPaper, SourceRow

SENTENCES = (SourceSentence("Gas cools.", None, "Title", "a.txt", 1, 1),)
MOVED = (replace(SENTENCES[0], line=5),)
OTHERS = (replace(SENTENCES[0], text="Dust settles."),)
RUN = 7


def edition(
    source: int = 1,
    sentences: tuple[SourceSentence, ...] = SENTENCES,
    *,
    full_text: bool = True,
    version: int | None = None,
    seen: int = 0,
) -> Edition:
    document = Document(Paper("2501.99101"), (), full_text=full_text, version=version)
    return replace(edition_of(source, document, sentences), seen=seen)


def never() -> bool:
    raise AssertionError("the file was looked for")


ABSTRACT = edition(full_text=False)
# From the best to the worst: (edition, kind of its source).
RANKING = [
    (edition(), "bundle"),  # as arXiv gives it: the newest there was
    (edition(version=2), "text"),
    (edition(version=1), "latex"),
    (edition(version=1), "text"),
    (edition(), "text"),
    (edition(full_text=False, version=3), "metadata"),
    (ABSTRACT, "latex"),
    (ABSTRACT, "text"),
]


def test_full_text_then_version_then_rank_of_the_kind():
    for better, worse in permutations(range(len(RANKING)), 2):
        won = wins(*RANKING[better], *RANKING[worse], never)
        assert won == (better < worse), (RANKING[better], RANKING[worse])


@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("kinds", [("latex", "bundle"), ("latex", "latex"), ("text", "text")])
def test_of_equals_the_indexed_one_stays_while_its_file_is_there(
    gone: bool, kinds: tuple[str, str]
):
    assert wins(edition(), kinds[0], edition(2), kinds[1], lambda: gone) == gone


def test_a_record_and_an_abstract_in_latex_are_equals():
    assert not wins(ABSTRACT, "latex", ABSTRACT, "metadata", lambda: False)
    assert not wins(ABSTRACT, "metadata", ABSTRACT, "latex", lambda: False)


def decided(
    new: Edition,
    sentences: tuple[SourceSentence, ...] = SENTENCES,
    *,
    before: Edition | None = None,
    indexed: Edition | None = None,
    beaten: bool = False,
    removed: bool = False,
) -> PutPaper | NoteEdition | None:
    return change_for(
        new, sentences, before=before, indexed=indexed, beaten=beaten, removed=removed, run=RUN
    )


def test_a_new_paper_is_put():
    assert decided(edition()) == PutPaper(edition(), SENTENCES)


def test_a_removed_paper_stays_away_whatever_its_text_becomes():
    changed = edition(sentences=OTHERS)
    for new, sentences in ((edition(), SENTENCES), (changed, OTHERS)):
        assert decided(new, sentences, before=edition(), removed=True) == NoteEdition(new)
        assert decided(new, sentences, before=edition()) == PutPaper(new, sentences)


def test_a_beaten_edition_is_noted():
    assert decided(edition(), indexed=edition(2), beaten=True) == NoteEdition(edition())


def test_a_changed_text_replaces_the_indexed_one():
    changed = edition(sentences=OTHERS)
    assert decided(changed, OTHERS, indexed=edition()) == PutPaper(changed, OTHERS)


def test_the_same_text_keeps_its_sentences():
    assert decided(edition(), indexed=edition()) == NoteEdition(edition())


@pytest.mark.parametrize("new", [edition(sentences=MOVED), edition(2)])
def test_the_same_text_at_another_place_keeps_its_sentences_but_not_their_places(new: Edition):
    assert decided(new, MOVED, indexed=edition()) == NoteEdition(new, moved=MOVED)


@pytest.mark.parametrize(
    ("first", "second", "kept"), [(2, 1, False), (1, 2, True), (1, 1, False), (None, None, False)]
)
def test_of_two_versions_in_one_source_the_newer_counts(
    first: int | None, second: int | None, kept: bool
):
    met = edition(version=first, seen=RUN)
    new = edition(sentences=OTHERS, version=second)
    assert (decided(new, OTHERS, before=met, indexed=met) is not None) == kept
    earlier = replace(met, seen=RUN - 1)  # of another run: the source has changed
    assert decided(new, OTHERS, before=earlier, indexed=earlier) == PutPaper(new, OTHERS)


def row(name: str) -> SourceRow:
    return SourceRow(1, f"/data/first/{name}", "/data/first", name, "text", "pending", None, ())


def test_an_arxiv_id_is_the_same_paper_everywhere():
    assert possible_ids(Paper("2501.99101"), row("x.txt")) == ["2501.99101"]


def test_other_ids_grow_until_they_are_free():
    assert possible_ids(Paper("notes/main"), row("notes/main.tex")) == [
        "notes/main",
        "first/notes/main",
        "/data/first/notes/main",
        "/data/first/notes/main.tex/notes/main",
    ]


def test_a_paper_is_not_called_as_a_sentence_is():
    assert possible_ids(Paper("12"), row("12.txt"))[0] == "12.txt"


def test_a_records_number_is_the_same_paper_in_each_file_of_records():
    records = replace(row("a.jsonl"), kind="metadata")
    assert possible_ids(Paper("record/7"), records) == ["record/7"]
    assert len(possible_ids(Paper("record/7"), row("record/7.txt"))) > 1  # a file of that name


@pytest.mark.parametrize(
    ("failed", "kept"),
    [
        ([], frozenset()),
        (["a.tar/2501.99101v2.gz"], frozenset({"2501.99101"})),
        (["a.tar/figures.gz"], frozenset()),
        (["a.tar"], None),
        (["a.tar/2501.99101.gz", "records.json:12"], None),
    ],
)
def test_papers_that_may_be_hidden_in_what_failed_are_kept(
    failed: list[str], kept: frozenset[str] | None
):
    assert papers_to_keep("a.tar", [(name, "broken") for name in failed]) == kept

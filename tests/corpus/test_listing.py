r"""arXiv's mails as papers: entries between lines of `\\`, in old and new forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from astrosearch.corpus.discover import discover
from astrosearch.corpus.document import Document
from astrosearch.corpus.plaintext import read_text
from astrosearch.corpus.read import read_source
from astrosearch.errors import CorpusError, Unreadable
from tests.support.growth import assert_linear

RULE = "-" * 78 + "\n"
HEAD = (
    "From: no-reply@arXiv.org\nTo: rabble@arXiv.org\nSubject: astro-ph daily\n\n"
    + RULE
    + " Submissions to:\nAstrophysics\n received from  Thu  1 Jan 26  to  Fri  2 Jan 26\n"
    + RULE * 2
)
NEW = (
    "\\\\\narXiv:2601.00011\nDate: Thu, 1 Jan 2026 20:00:00 GMT   (100kb,D)\n\n"
    "Title: Cold dust at $z < 3$, in discs that\n  are warm\n"
    "Authors: Ann Adams (1), Bob Brown (2) ((1) Institute of Dust,\n  (2) Institute of Gas)\n"
    "Categories: astro-ph.GA astro-ph.SR\nComments: 10 pages. Title: none\n"
    "Journal-ref: ApJ 750 (2026) 12\nDOI: 10.1000/x\nLicense: http://arxiv.org/licenses/x\n\\\\\n"
    "  We weigh dust in discs of 5 M$_\\odot$, which\ntakes all summer. Dust is cold.\n"
    "  It is round, too.\n\\\\ ( https://arxiv.org/abs/2601.00011 ,  100kb)\n"
)
CROSS = (
    "\\\\\narXiv:2601.00012 (*cross-listing*)\nDate: Thu, 1 Jan 2026 20:00:00 GMT   (10kb)\n\n"
    "Title: Heavy dust\nAuthors: C. Clark\nCategories: gr-qc astro-ph.CO\n\\\\\n  Dust falls.\n"
    "\\\\ ( https://arxiv.org/abs/2601.00012 ,  10kb)\n"
)
REPLACED = (
    "\\\\\narXiv:2501.00013\nreplaced with revised version Thu, 1 Jan 2026 10:00:00 GMT   (1kb)\n\n"
    "Title: Warm dust\nAuthors: D. Dunn\nCategories: astro-ph.EP\nComments: v3\n"
)
ADDRESS = "\\\\ ( https://arxiv.org/abs/2501.00013 ,  1kb)\n"
OLD = (
    "\\\\\nPaper: astro-ph/9901001\nFrom: Ann Adams <ann@dust.org>\n"
    "Date: Fri, 1 Jan 1999 00:00:00 GMT   (50kb)\n\nTitle: Old dust\nAuthor: Ann Adams\n"
    "Subj-class: Astrophysics\n\\\\\n  Dust is old.\n\\\\ ( http://xxx.lanl.gov/abs/x , 50kb)\n"
)
OTHER = CROSS.replace("gr-qc astro-ph.CO", "gr-qc").replace("00012", "00014")


def read(
    tmp_path: Path, text: str, name: str = "mail.txt", *, all_categories: bool = False
) -> tuple[list[Document], list[str]]:
    (tmp_path / name).write_text(text)
    (source,) = discover(tmp_path).sources
    found = list(read_source(source, all_categories=all_categories))
    return (
        [each for each in found if isinstance(each, Document)],
        [str(each) for each in found if isinstance(each, Unreadable)],
    )


def test_each_entry_becomes_a_paper(tmp_path: Path) -> None:
    mail = HEAD + RULE.join([NEW, CROSS, REPLACED + "\\\\\n  Dust is warm.\n" + ADDRESS, OLD])
    papers, refused = read(tmp_path, mail)
    assert refused == []
    assert [each.paper.id for each in papers] == [
        "2601.00011",
        "2601.00012",
        "2501.00013",
        "astro-ph/9901001",
    ]
    paper = papers[0].paper
    assert paper.title == "Cold dust at z < 3, in discs that are warm"
    assert paper.title_tex == "Cold dust at $z < 3$, in discs that are warm"
    assert paper.authors == ("Ann Adams", "Bob Brown")
    assert (paper.year, paper.doi, paper.journal) == (2026, "10.1000/x", "ApJ 750 (2026) 12")
    assert paper.categories == ("astro-ph.GA", "astro-ph.SR")
    assert [(each.section, each.text) for each in papers[0].passages] == [
        ("Title", paper.title),
        ("Abstract", "We weigh dust in discs of 5 M_⊙, which takes all summer. Dust is cold."),
        ("Abstract", "It is round, too."),
    ]
    assert papers[1].paper.categories == ("gr-qc", "astro-ph.CO")
    assert [each.paper.year for each in papers] == [2026, 2026, 2025, 1999]
    assert papers[3].paper.categories == ("astro-ph",)


def test_passages_know_their_lines(tmp_path: Path) -> None:
    (document,), _ = read(tmp_path, HEAD + NEW)
    lines = (HEAD + NEW).split("\n")
    for passage in document.passages:
        ends = [*(origin.start for origin in passage.origins[1:]), len(passage.text)]
        for origin, end in zip(passage.origins, ends, strict=True):
            assert passage.text[origin.start : end].split()[0] in lines[origin.line - 1]


def test_a_replacement_without_abstract_is_named(tmp_path: Path) -> None:
    papers, refused = read(tmp_path, HEAD + NEW + RULE + REPLACED + ADDRESS)
    assert len(papers) == 1
    assert refused == ["mail.txt:31: 2501.00013: a replacement, listed without its abstract"]


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "".join(f"> {line}\n" for line in text.split("\n")),
        lambda text: (
            "Content-Transfer-Encoding: quoted-printable\n"
            + text.replace("=", "=3D").replace("which\n", "whi=\nch\n")
        ),
        lambda text: text.replace("\\\\\n", "\\\\ \n"),
        lambda text: text.replace(RULE, ""),
        lambda text: text.rpartition("\\\\ (")[0],
        lambda text: text.replace("arXiv:2601.00011\n", "arXiv:2601.00011v2\n"),
    ],
)
def test_mails_as_programs_change_them(tmp_path: Path, changed: object) -> None:
    assert callable(changed)
    (document,), refused = read(tmp_path, changed(HEAD + NEW))
    assert refused == []
    assert document.paper.id == "2601.00011"
    assert document.passages[1].text.startswith("We weigh dust in discs of 5 M_⊙, which takes")


def test_only_astro_ph_is_kept_unless_all_are_asked_for(tmp_path: Path) -> None:
    assert len(read(tmp_path, HEAD + NEW + OTHER)[0]) == 1
    assert len(read(tmp_path, HEAD + NEW + OTHER, all_categories=True)[0]) == 2
    assert read(tmp_path, HEAD + OTHER)[1] == ["mail.txt: none of its 1 papers is in astro-ph"]


@pytest.mark.parametrize("name", ["mail.eml", "mail.mbox"])
def test_mails_by_their_own_suffix_are_read_or_refused(tmp_path: Path, name: str) -> None:
    assert [each.paper.id for each in read(tmp_path, HEAD + NEW, name)[0]] == ["2601.00011"]
    (tmp_path / name).write_text("From: a@b.org\nTo: c@d.org\nSubject: dust\n\nDust is cold.\n")
    with pytest.raises(CorpusError, match="a mail, and none that lists papers"):
        discover(tmp_path)


def test_other_mails_and_latex_under_another_name_are_refused_as_such() -> None:
    mail = b"From: a@b.org\nTo: c@d.org\nSubject: dust\n\nDear all, dust is cold.\n"
    with pytest.raises(Unreadable, match="a mail, and none that lists papers"):
        read_text(mail, "p.txt", "p")
    tex = b"% a comment\n\n\\documentclass{article}\\begin{document}Dust is cold.\\end{document}"
    with pytest.raises(Unreadable, match="LaTeX under another name"):
        read_text(tex, "p.txt", "p")


def test_a_mail_encoded_for_transfer_says_so(tmp_path: Path) -> None:
    _, refused = read(tmp_path, "Content-Transfer-Encoding: base64\n" + NEW)
    assert refused == [
        "mail.txt: a mail that is encoded for transfer (base64): save its text as .txt"
    ]


@pytest.mark.parametrize("unit", ["\\\\\n", NEW, "Title: a\n", "> ", "  a\n"])
def test_a_long_mail_takes_time_in_proportion(tmp_path: Path, unit: str) -> None:
    assert_linear(lambda size: read(tmp_path, NEW + unit * (size // len(unit))), 40_000)

"""What a notebook shows: sound HTML, whatever stands in the papers."""

from __future__ import annotations

import pickle
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import astrosearch
from astrosearch.output.notebook import HITS, QUERIES
from astrosearch.records import Hit, Paper, Sentence, shares
from astrosearch.results import Hits, Results
from astrosearch.text import CONTROL
from tests.support.counts import examples

PAPER = Paper(
    id="2501.99101",
    title="Haloes & winds",
    authors=("José Núñez", "Bo Samplar", "C. Third"),
    year=2025,
    url="https://arxiv.org/abs/2501.99101",
)
SENTENCE = Sentence(7, "The damped peaks are < those before.", "Damping", "a/b.tex", 12)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "</div></style><script>alert(1)</script>",
            '" onmouseover="alert(1)',
            "'><img src=x onerror=alert(1)>",
            "&lt;b&gt; &amp; <!-- ",
            "javascript:alert(1)",
            "\x1b[2J\u202eabc\x00",
            r"$\href{javascript:alert(1)}{x}$",
        ]
    ),
)


ALLOWED: dict[str, set[str]] = {
    "div": {"class", "style"},
    "a": {"href", "target", "rel"},
    "span": set(),
    "em": set(),
    "style": set(),
}


class Page(HTMLParser):
    """A page read strictly: what is opened is closed, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.bars: list[str] = []
        self.texts: list[str] = []
        self.rows = 0
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        self.open.append(tag)
        values = dict(attrs)
        self.rows += values.get("class") == "astrosearch-hit"
        if tag == "a":
            self.links.append(values["href"] or "")
        if "style" in values:
            self.bars.append(values["style"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    @property
    def text(self) -> str:
        return "".join(self.texts)


def page(*hits: Hit, query: str = "damping") -> Page:
    return Page(Hits(hits, query)._repr_html_())


def test_a_hit_shows_sentence_place_and_paper():
    shown = page(Hit(1, 0.5, SENTENCE, PAPER), query="damping < scale")
    lines = [line for line in shown.text.split("\n") if line]
    assert lines == [
        "damping < scale",
        "1",
        "0.500",
        "The damped peaks are < those before.",
        "Haloes & winds · José Núñez et al. · 2025",
        "§ Damping · a/b.tex:12 · id 7",
    ]
    assert shown.links == ["https://arxiv.org/abs/2501.99101"]
    assert shown.rows == 1


def test_what_is_not_known_leaves_no_gap():
    shown = page(Hit(1, 0.5, Sentence(3, "Text.", None, "f.txt", 1), Paper(id="notes/f")))
    assert shown.text.split("\n")[-6:-3] == ["Text.", "notes/f", "f.txt:1 · id 3"]
    assert "None" not in shown.text
    assert shown.links == []


def test_bars_are_measured_by_the_best():
    scores = [0.8, 0.4, -0.2, float("nan"), float("inf")]
    shown = page(*(Hit(i, score, SENTENCE, PAPER) for i, score in enumerate(scores, 1)))
    assert shown.bars == [f"width: {n}%" for n in (100, 60, 0, 0, 0)]
    assert "nan" not in shown.text
    assert "inf" not in shown.text


@given(st.lists(st.floats(width=32), min_size=1))
def test_shares_keep_the_order_and_never_leave_the_bar(scores: list[float]):
    found = shares(scores)
    assert all(0 <= share <= 1 for share in found)
    known = sorted((s, share) for s, share in zip(scores, found, strict=True) if np.isfinite(s))
    assert [share for _, share in known] == sorted(share for _, share in known)
    assert not known or known[-1][1] == 1


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://host/x",
        "https://host/\x1bx",
        "https://a b",
        "data:text/html,x",
        "",
    ],
)
def test_only_addresses_of_the_web_are_links(url: str):
    assert page(Hit(1, 0.5, SENTENCE, Paper(id="x", title="T", url=url))).links == []


@settings(max_examples=examples(100))
@given(
    st.lists(
        st.builds(
            Hit,
            rank=st.integers(1, 9),
            score=st.floats(width=32),
            sentence=st.builds(
                Sentence,
                id=st.integers(0, 99),
                text=HOSTILE,
                section=st.none() | HOSTILE,
                file=HOSTILE,
                line=st.integers(1, 99),
            ),
            paper=st.builds(
                Paper,
                id=HOSTILE,
                title=st.none() | HOSTILE,
                authors=st.lists(HOSTILE, max_size=3).map(tuple),
                year=st.none() | st.integers(1900, 2100),
                url=st.none() | HOSTILE | HOSTILE.map(lambda text: f"https://host/{text}"),
            ),
        ),
        max_size=4,
    ),
    HOSTILE,
)
def test_nothing_in_a_paper_becomes_markup(hits: list[Hit], query: str):
    shown = page(*hits, query=query)
    assert shown.rows == len(hits)
    assert all(link.startswith(("http://", "https://")) for link in shown.links)
    for hit in hits:
        assert CONTROL.sub("", hit.sentence.text) in shown.text
    assert not CONTROL.search(shown.text)


def test_nothing_found_says_so():
    assert "nothing found" in page().text


def test_long_answers_are_cut_and_say_so():
    shown = page(*(Hit(i, 0.5, SENTENCE, PAPER) for i in range(1, HITS + 1201)))
    assert shown.rows == HITS
    assert "… and 1,200 more hits" in shown.text


def test_a_batch_shows_every_query_in_turn():
    count = QUERIES + 3
    queries = tuple(f"query {i}." for i in range(count))
    ids, scores = np.full((count, 2), 7), np.full((count, 2), 0.5, dtype=np.float32)
    ids[:, 1], scores[:, 1] = -1, np.nan
    shown = Page(Results(queries, ids, scores, {7: (SENTENCE, PAPER)})._repr_html_())
    assert shown.rows == QUERIES
    assert [query in shown.text for query in queries] == [True] * QUERIES + [False] * 3
    assert "… and 3 more queries" in shown.text


def test_the_page_fetches_nothing():
    html = Hits([Hit(1, 0.5, SENTENCE, Paper(id="x"))], "q")._repr_html_()
    assert [part for part in ("http", "url(", "@import", "src=", "<link") if part in html] == []


def test_answers_are_lists_that_know_their_query(built: Path, encoder):
    with astrosearch.open(built, encoder=encoder) as index:
        hits = index.query("halo shapes", k=3)
        near = index.similar("2501.99102", k=2)
        many = index.query_batch(["halo", "wind"], k=2)
    assert isinstance(hits, list)
    assert hits == list(hits)
    for found, query in ((hits, "halo shapes"), (near, "2501.99102"), (many[1], "wind")):
        assert isinstance(found, Hits)
        assert found.query == query
        assert Page(found._repr_html_()).rows == len(found)
    first = hits[:2]
    assert isinstance(first, Hits)
    assert (first.query, len(first), hits[0].rank) == ("halo shapes", 2, 1)
    copied = pickle.loads(pickle.dumps(hits))
    assert copied == hits
    assert copied.query == "halo shapes"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
@pytest.mark.parametrize(("ground", "ink"), [("#ffffff", "#222222"), ("#111111", "#dddddd")])
def test_a_browser_draws_it_on_light_and_dark(tmp_path: Path, ground: str, ink: str):
    from matplotlib.image import imread

    hits = Hits([Hit(i, 1 / i, SENTENCE, PAPER) for i in (1, 2, 3)], "damping")
    file = tmp_path / "page.html"
    body = f'<body style="background: {ground}; color: {ink}">{hits._repr_html_()}</body>'
    file.write_text(f'<!doctype html><meta charset="utf-8">{body}')
    picture = tmp_path / "page.png"
    subprocess.run(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--window-size=800,400"),
            *(f"--screenshot={picture}", file.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pixels = np.round(imread(picture)[..., :3] * 255).astype(int)

    def places(colour: str) -> Any:
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        return np.abs(pixels - wanted).max(axis=2) <= 2

    assert places(ground).mean() > 0.5
    assert places(ink).sum() > 500  # letters in the theme's own colour
    bars = places("#3b8ed0").sum(axis=1)
    widths = [int(bars[at]) for at in np.flatnonzero(np.diff(bars, prepend=0) > 0)]
    assert len(widths) == 3
    assert widths[1] == pytest.approx(widths[0] / 2, abs=1)
    assert widths[2] == pytest.approx(widths[0] / 3, abs=1)

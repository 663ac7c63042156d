"""Draw when the matches of a query appeared, and in which categories."""

from __future__ import annotations

import importlib.util
import itertools
import math
import os
import textwrap
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.errors import AstrosearchError, MissingExtra, StorageError
from astrosearch.files import written_whole
from astrosearch.records import Hit
from astrosearch.text import counted, harmless

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MATCHES = 200  # asked for where a figure is drawn: the ten that are printed make no history
SUFFIXES = (".png", ".svg", ".pdf")
CATEGORIES = 6  # named; the rest are one
OTHER, UNCATEGORISED = "other", "no category"
SLOTS = 12  # the least width of the axis, in bars
BARS = 100  # at most; beyond, a bar is of several years
# A category has one colour in every figure, so that two can be compared. "Bright" and "muted" of
# Paul Tol, Colour Schemes (SRON/EPS/TN/09-002, 2021): told apart by the colour-blind.
COLOURS = {
    "astro-ph.CO": "#4477AA",
    "astro-ph.GA": "#EE6677",
    "astro-ph.SR": "#228833",
    "astro-ph.EP": "#CCBB44",
    "astro-ph.IM": "#66CCEE",
    "astro-ph.HE": "#AA3377",
    "astro-ph": "#332288",
    "gr-qc": "#DDCC77",
    "hep-ph": "#44AA99",
    "hep-th": "#999933",
    "physics.space-ph": "#CC6677",
}
MORE_COLOURS = ("#88CCEE", "#117733", "#882255", "#AA4499", "#44AA99", "#999933", "#DDCC77")
OTHER_LOOKS: dict[str, dict[str, Any]] = {
    OTHER: {"color": "#777777"},
    UNCATEGORISED: {"color": "#C8C8C8", "hatch": "///"},
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Counts of sentences by year and category.

    Attributes
    ----------
    starts : tuple of int
        The first year of each bar, without gaps; empty where no year is known.
    step : int
        The years of a bar.
    counts : dict of str to tuple of int
        For each category, largest first: its count in each bar, then the count of "year unknown".
    papers : int
    scores : tuple of float, optional
        The best and the weakest that are counted.
    """

    starts: tuple[int, ...]
    step: int
    counts: dict[str, tuple[int, ...]]
    papers: int
    scores: tuple[float, float] | None = None

    @property
    def matches(self) -> int:
        """All sentences."""
        return sum(map(sum, self.counts.values()))

    @property
    def unknown(self) -> int:
        """Sentences of papers whose year isn't known."""
        return sum(numbers[-1] for numbers in self.counts.values())


def count(hits: Iterable[Hit]) -> Timeline:
    """Count hits by their papers' year and primary category, each sentence once."""
    once = {hit.sentence.id: hit for hit in hits}
    papers = [hit.paper for hit in once.values()]
    scores = [hit.score for hit in once.values() if math.isfinite(hit.score)]
    years = [paper.year for paper in papers if paper.year is not None]
    first, last = min(years, default=0), max(years, default=-1)
    step = _step(first, last)
    first -= first % step
    starts = tuple(range(first, last + 1, step))
    kinds = Counter(_category(paper.categories) for paper in papers)
    ranked = sorted(kinds.keys() - {UNCATEGORISED}, key=lambda name: (-kinds[name], name))
    named = ranked[:CATEGORIES]
    numbers = {name: [0] * (len(starts) + 1) for name in [*named, OTHER, UNCATEGORISED]}
    for paper in papers:
        name = _category(paper.categories)
        row = numbers[name if name in numbers else OTHER]
        row[-1 if paper.year is None else (paper.year - first) // step] += 1
    counts = {name: tuple(row) for name, row in numbers.items() if any(row)}
    span = (max(scores), min(scores)) if scores else None
    return Timeline(starts, step, counts, len({paper.id for paper in papers}), span)


def colour_of(category: str) -> str:
    """Return the colour of a category, the same in every figure."""
    more = MORE_COLOURS[zlib.crc32(category.encode(errors="replace")) % len(MORE_COLOURS)]
    return COLOURS.get(category, more)


def _category(categories: Sequence[str]) -> str:
    return categories[0] if categories else UNCATEGORISED


def _step(first: int, last: int) -> int:
    """Choose the years of a bar, of 1, 2, 5, 10, 20, ...

    >>> _step(1991, 2025), _step(1900, 2025), _step(1, 1999)
    (1, 2, 20)
    """
    steps = (int(f"{factor}{'0' * power}") for power in itertools.count() for factor in (1, 2, 5))
    return next(step for step in steps if last // step - first // step < BARS)


# -- drawing


def check_target(path: Path) -> None:
    """Refuse, before any work is done, a figure that couldn't be written.

    Raises
    ------
    AstrosearchError
        If the file's suffix is unknown, or its folder isn't there; MissingExtra without matplotlib.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise AstrosearchError(
            f"{path} doesn't say what kind of picture it is.\n"
            f"Let its name end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}."
        )
    if path.is_dir() or not path.absolute().parent.is_dir():
        cause = "it is a folder" if path.is_dir() else "its folder isn't there"
        raise AstrosearchError(
            f"no picture can be written to {path.absolute()}: {cause}.\n"
            "Name a file in a folder that is there."
        )
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtra("matplotlib", "plot", "drawing a figure")


def plot_answers(
    answers: Sequence[tuple[str, Sequence[Hit]]], path: Path, floor: float | None = None
) -> str:
    """Draw all answers, (query, hits), in one figure; return a line that says so.

    Hits below `floor` are left out, unless none reaches it: they may have to do with the query by
    chance alone.
    """
    hits = [hit for _, hits in answers for hit in hits]
    close = hits if floor is None else [hit for hit in hits if hit.score >= floor]
    timeline = count(close or hits)
    title = answers[0][0] if len(answers) == 1 else f"{len(answers):,} queries"
    save_timeline(timeline, title, path)
    weak = count(hits).matches - timeline.matches
    left_out = f"; {weak:,} with scores below {floor:g} left out" if weak else ""
    return f"{counted(timeline.matches, 'match', 'matches')} drawn in {path.absolute()}{left_out}"


def save_timeline(timeline: Timeline, title: str, path: Path) -> None:
    """Draw a timeline to a file, whole or not at all, in the format of its suffix.

    Raises
    ------
    AstrosearchError
        If there is nothing to draw, or as `check_target` does; StorageError if it can't be written.
    """
    check_target(path)
    if not timeline.matches:
        raise AstrosearchError(
            f"nothing was found, so {path.absolute()} was not drawn.\n"
            "Ask with other words, or with fewer filters."
        )
    import matplotlib.style

    kind = path.suffix.lower().removeprefix(".")
    dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")  # two may draw to one file
    fixed = {"svg.fonttype": "none", "svg.hashsalt": "astrosearch", "pdf.fonttype": 42}
    # Whatever the user's own settings are: TeX may not be there, and a query is not TeX.
    with matplotlib.style.context(["default", fixed]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a box shows it
        figure = draw(timeline, title)
        try:
            with written_whole(path, partial=partial):
                figure.savefig(partial, format=kind, dpi=150, metadata=dates[kind])
        except OSError as error:
            raise StorageError(
                f"the picture can't be written to {path.absolute()} ({error.strerror}).\n"
                "Check the disk and its permissions, or name another file."
            ) from error


def draw(timeline: Timeline, title: str) -> Figure:
    """Draw stacked bars, one a year; sentences of an unknown year stand apart at the right."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 5))
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    places = [float(at) for at in range(len(timeline.starts))]
    if timeline.unknown:
        places.append(len(places) + 0.5 if places else 0.0)
    foot = [0] * len(places)
    handles: list[Any] = []
    for name, numbers in timeline.counts.items():
        heights = numbers[: len(places)]
        look = {"color": colour_of(name)} | OTHER_LOOKS.get(name, {})
        handles.append(axes.bar(places, heights, 0.8, foot, edgecolor="white", lw=0.5, **look))
        foot = [below + height for below, height in zip(foot, heights, strict=True)]
    middle = sum(places[:1] + places[-1:]) / 2
    half = max((places[-1] - places[0]) / 2 + 0.7, SLOTS / 2)
    axes.set_xlim(middle - half, middle + half)
    _label_years(axes, timeline, places[-1])
    if timeline.unknown and timeline.starts:
        _set_apart(axes, places[-1], foot)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_ylabel("matches", fontsize=12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=11)
    matches = counted(timeline.matches, "best match", "best matches")
    about = f"{matches}, in {counted(timeline.papers, 'paper')}"
    if timeline.scores is not None:
        about += ", scores {:.2f} to {:.2f}".format(*timeline.scores)
    asked = _wrapped(_cut(title, 120), 60)
    heading = axes.set_title(about, fontsize=12, loc="left", pad=14)
    axes.annotate(asked, (0, 1.5), xycoords=heading, fontsize=14, weight="bold", parse_math=False)
    # In the order of the stack. Labels of their own would be left out where one begins with _.
    legend = figure.legend(
        handles[::-1], ["-"] * len(handles), loc="outside right upper", fontsize=11, frameon=False
    )
    for text, name in zip(legend.get_texts(), reversed(timeline.counts), strict=True):
        text.set_parse_math(False)
        text.set_text(_wrapped(_cut(name, 60), 20))
    return figure


def _set_apart(axes: Any, place: float, tops: Sequence[int]) -> None:
    """Write the number over the bar of unknown years, and cut a bar that would dwarf the others."""
    highest, unknown = max(tops[:-1]), tops[-1]
    is_cut = unknown > 1.5 * highest
    top = 1.2 * highest if is_cut else 1.05 * max(tops)
    axes.set_ylim(0, top)
    label = f"{unknown:,} ↑" if is_cut else f"{unknown:,}"
    axes.text(place, min(unknown, top), label, ha="center", va="bottom", fontsize=11)


def _label_years(axes: Any, timeline: Timeline, apart: float) -> None:
    shown = range(0, len(timeline.starts), max(1, -(-len(timeline.starts) // 12)))
    ticks, labels = [float(i) for i in shown], [str(timeline.starts[i]) for i in shown]
    if timeline.unknown:
        ticks.append(apart)
        labels.append("\nyear unknown")  # a line of its own: years stand close
    axes.set_xticks(ticks, labels)
    axes.set_xlabel(
        "year" if timeline.step == 1 else f"year (bars of {timeline.step} years)", fontsize=12
    )


def _wrapped(text: str, width: int) -> str:
    lines = (textwrap.wrap(line, width) for line in text.splitlines())
    return "\n".join(itertools.chain.from_iterable(lines))


def _cut(text: str, most: int) -> str:
    text = " ".join(harmless(text).split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"

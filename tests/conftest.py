from __future__ import annotations

import json
from pathlib import Path

import pytest

import astrosearch
from tests.support.encoders import WordEncoder
from tests.support.places import EXAMPLES

HALO = """Haloes and their shapes

Introduction

Dark matter haloes are triaxial in simulations of structure formation. The density profile falls as
the cube of the radius far outside. Baryons make the inner halo rounder.

Methods

We measure shapes with the reduced inertia tensor. Each halo holds more than ten thousand particles.
"""
PEAKS = r"""\documentclass{article}
\title{Peaks in the microwave sky}
\author{A. Examplar}
\newcommand{\lmax}{\ell_{\rm max}}
\begin{document}
\maketitle
\begin{abstract}
The acoustic peaks are damped at small scales. Photons diffuse out of overdense regions.
\end{abstract}
\section{Damping}
The third peak is lower than the second when baryons are few.
At $\lmax = 2500$ the power has fallen by a factor of ten.
\input{tail}
\end{document}
"""
TAIL = "\\section{Outlook}\nGround telescopes now map the damping tail in polarization.\n"


def record(paper_id: str, title: str, abstract: str, **more: object) -> str:
    fields = {
        "id": paper_id,
        "title": title,
        "abstract": abstract,
        "authors": "Ada Examplar and Bo Samplar",
        "categories": "astro-ph.CO",
        "doi": None,
        "update_date": "2025-01-31",
    }
    return json.dumps(fields | more)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory):
    """Compiled encoders of the tests stay out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTROSEARCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small corpus with a LaTeX folder, a text and metadata; every word chosen by hand."""
    folder = tmp_path / "corpus"
    (folder / "peaks").mkdir(parents=True)
    (folder / "peaks" / "main.tex").write_text(PEAKS)
    (folder / "peaks" / "tail.tex").write_text(TAIL)
    (folder / "2501.99101.txt").write_text(HALO)
    lines = [
        record(
            "2501.99101",
            "On the shapes of dark matter haloes",
            "We study halo shapes. They are triaxial.",
            categories="astro-ph.GA astro-ph.CO",
        ),
        record(
            "2501.99102",
            "Winds from cool giants",
            "Dust drives the winds of cool giants. Pulsation lifts the gas first.",
        ),
    ]
    (folder / "records.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def built(corpus: Path, tmp_path: Path, encoder: WordEncoder) -> Path:
    """The small corpus, indexed by the word-counting encoder."""
    folder = tmp_path / "index"
    astrosearch.build(corpus, index=folder, encoder=encoder)
    return folder


@pytest.fixture(scope="session")
def example_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """examples/corpus, indexed by the default encoder."""
    folder = tmp_path_factory.mktemp("example") / "index"
    astrosearch.build(EXAMPLES, index=folder)
    return folder

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

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


settings.register_profile("quick", deadline=None, max_examples=30)
settings.register_profile("thorough", deadline=None, max_examples=100)


def pytest_configure(config: pytest.Config) -> None:
    """Let no test depend on how busy the cores are, and leave them to those that work.

    Tests of whatever comes have fewer examples, unless --hypothesis-profile=thorough asks for all.

    Threads of OpenMP spin while they wait. Its variables are read once, when torch or FAISS is
    imported, and by the processes that tests start.
    """
    settings.load_profile(config.getoption("--hypothesis-profile") or "quick")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    workers = os.environ.get("PYTEST_XDIST_WORKER_COUNT")  # not set for who only hands out tests
    if workers is not None:
        os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(workers))))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: gzip writes the time into them, and workers must agree."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pytest-xdist's workers, where there are any, have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def own_cache(shared: Path):
    """Compiled encoders of the tests stay out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASTROSEARCH_CACHE", str(shared / "compiled-encoders"))
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
def example_index(shared: Path) -> Path:
    """examples/corpus, indexed by the default encoder, once for all workers."""
    folder = shared / "example-index"
    with FileLock(f"{folder}.lock"):
        if not (done := shared / "example-index.done").exists():
            astrosearch.build(EXAMPLES, index=folder)
            done.touch()
    return folder


@pytest.fixture
def example_copy(example_index: Path, tmp_path: Path) -> Path:
    """A copy of that index to write to: what builds it again has little left to do."""
    return Path(shutil.copytree(example_index, tmp_path / "index"))

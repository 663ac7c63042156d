"""Passages on one family of methods, from papers that have nothing else in common.

The families and the scoring follow the seed encoder's corpus: a paragraph belongs to the family
whose keywords it uses most. Pairs of one family share a kind of method, and no more than that.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from astrosearch.corpus.document import Document
from astrosearch.corpus.sentences import sentences_of
from astrosearch.records import SourceSentence
from astrosearch.training.pairs.cleaning import CAPTIONS, is_boilerplate_section, is_usable
from astrosearch.training.pairs.file import SPLITS, Split

RESERVOIR = 10_000  # passages a family that are held: some 5 MB
A_PAPER = 8  # passages held of one paper in one family
PARTNERS = 3  # passages that each passage is paired with as the first text
LONGEST_KEYWORD = 3  # words
LEAST_SCORE = 3  # different keywords a paragraph must use, or 2 in a section on methods

_KEYWORDS: dict[str, str] = {
    "sampling": """
        mcmc, markov chain, monte carlo, metropolis, posterior, prior distribution, bayesian,
        nested sampling, likelihood, gibbs, hamiltonian, emcee, multinest, burn-in, walkers,
        bayesian evidence, importance sampling
    """,
    "n-body and hydrodynamics": """
        n-body simulation, hydrodynamical simulation, n-body, dark matter particles, softening
        length, sph, adaptive mesh, mass resolution, gadget, ramses, arepo, enzo, subgrid,
        cosmological box, sph code, merger tree, halo finder, initial conditions
    """,
    "lensing": """
        lensing, shear profile, cosmic shear, convergence map, deflection angle, lensed, einstein
        radius, magnification, caustic, source plane, lens model, mass map, shape measurement,
        ellipticities, gravitational lens
    """,
    "spectroscopy": """
        spectra, spectrograph, slit, wavelength calibration, resolving power, equivalent width,
        radial velocity, emission line, absorption line, continuum level, line profile, echelle,
        cross-correlation, grating
    """,
    "photometry": """
        photometry, aperture photometry, flux calibration, zero point, ccd image, bias frame,
        flat-field, bias subtraction, psf photometry, broad-band filter, seeing, standard stars,
        source extraction, daophot, sextractor, magnitude limit
    """,
    "machine learning": """
        neural network, machine learning, training set, random forest, classifier, deep learning,
        convolutional, support vector, supervised, feature vector, cross-validation, clustering
        algorithm, gaussian process, hyperparameters
    """,
    "time series": """
        light curve, periodogram, orbital period, lomb-scargle, fourier transform, power spectrum,
        variability, cadence, transit, detrend, frequency, autocorrelation, red noise,
        phase-folded
    """,
    "interferometry": """
        interferometer, visibilities, longest baseline, uv-coverage, clean algorithm, synthesised
        beam, phase calibrator, antenna, correlator, self-calibration, vlbi, bandpass calibrator
    """,
    "radiative transfer": """
        radiative transfer, optical depth, opacities, dust grains, scattered light, source
        function, thermodynamic equilibrium, photoionization, cloudy, line formation, escape
        probability, level populations, ionizing photons, stellar atmosphere
    """,
    "statistics of fields": """
        correlation function, two-point, power spectrum, covariance matrix, estimator, bispectrum,
        multipole, window function, mock catalogues, random catalogue, jackknife, bootstrap,
        angular scales, survey mask, likelihood
    """,
    "population models": """
        stellar population, initial mass function, isochrone, metallicity, star formation history,
        population synthesis, sed fitting, stellar mass, template, evolutionary tracks, dust
        attenuation, binary evolution
    """,
    "high-energy data": """
        x-ray, gamma-ray, photon index, exposure time, background region, event list, chandra,
        xmm-newton, fermi-lat, effective area, hardness, column density, spectral fit, xspec,
        energy band, response matrix
    """,
    "dynamics": """
        orbit integration, gravitational potential, velocity dispersion, jeans, distribution
        function, mean-motion resonance, eccentricities, proper motion, rotation curve,
        symplectic, phase space, anisotropy
    """,
    "magnetohydrodynamics": """
        magnetic field, mhd, magnetohydrodynamic, alfven, induction equation, turbulence, riemann
        solver, ideal gas, boundary conditions, reconnection, resistivity, plasma beta,
        magnetorotational, shearing box
    """,
}
_WORD = re.compile(r"[^\W_]+")
_METHODS = re.compile(
    r"method|data|observ|simul|analys|model|reduc|numeric|algorithm|sampl|techni|fitting|"
    r"measure|procedure|calibr|setup|set-up|code|pipeline|statisti|estimat|select|catalog|inference",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MethodPassage:
    """One to three consecutive sentences of a paragraph on methods."""

    sentences: tuple[SourceSentence, ...]
    paper_id: str
    split: Split


class Families:
    """A bounded, seeded sample of passages for each family (Vitter's algorithm R, 1985)."""

    def __init__(self, seed: int, reservoir: int = RESERVOIR) -> None:
        self._rng = random.Random(f"families {seed}")  # noqa: S311 - a sample, no secret
        self._size = reservoir
        self._held: dict[str, list[MethodPassage]] = {name: [] for name in _KEYWORDS}
        self._seen = dict.fromkeys(_KEYWORDS, 0)
        self._families = _families()

    def add(self, document: Document, split: Split) -> None:
        """Take the passages on methods of a paper."""
        given = dict.fromkeys(_KEYWORDS, 0)
        for passage in document.passages:
            if passage.section in ("Title", "Abstract", *CAPTIONS):
                continue
            if is_boilerplate_section(passage.section):
                continue
            family = self.family_of(passage.text, passage.section)
            if family is None or given[family] >= A_PAPER:
                continue
            chosen = self._chosen(sentences_of(passage), family)
            if chosen:
                given[family] += 1
                self._keep(family, MethodPassage(chosen, document.paper.id, split))

    def family_of(self, text: str, section: str | None) -> str | None:
        """The family whose keywords a paragraph uses most; None if no family leads."""
        used: dict[str, set[str]] = {name: set() for name in _KEYWORDS}
        for keyword in _phrases(text):
            for name in self._families.get(keyword, ()):
                used[name].add(keyword)
        scores = {name: len(keywords) for name, keywords in used.items()}
        first, second = sorted(scores.values(), reverse=True)[:2]
        methods = section is not None and _METHODS.search(section) is not None
        if first < LEAST_SCORE - methods or first == second:
            return None
        return max(scores, key=lambda name: scores[name])

    def pairs(self) -> Iterator[tuple[str, MethodPassage, MethodPassage]]:
        """Yield the family and two passages of it, of one split, but of two papers."""
        for name, held in self._held.items():
            for split in SPLITS:
                own = [passage for passage in held if passage.split == split]
                self._rng.shuffle(own)
                for at, passage in enumerate(own):
                    ahead = (own[(at + step) % len(own)] for step in range(1, min(10, len(own))))
                    others = [p for p in ahead if p.paper_id != passage.paper_id]
                    for other in others[:PARTNERS]:
                        yield name, passage, other

    def _chosen(
        self, sentences: Iterable[SourceSentence], family: str
    ) -> tuple[SourceSentence, ...]:
        """The one to three neighbouring sentences that use the family's keywords most."""
        usable = [sentence for sentence in sentences if is_usable(sentence)]
        if not usable:
            return ()
        length = self._rng.randint(1, 3)
        uses = [sum(family in self._families.get(k, ()) for k in _phrases(s.text)) for s in usable]
        windows = [usable[at : at + length] for at in range(max(1, len(usable) - length + 1))]
        hits = [sum(uses[at : at + length]) for at in range(len(windows))]
        most = max(hits)
        return tuple(windows[hits.index(most)]) if most >= 2 else ()

    def _keep(self, family: str, passage: MethodPassage) -> None:
        held = self._held[family]
        self._seen[family] += 1
        if len(held) < self._size:
            held.append(passage)
        elif (place := self._rng.randrange(self._seen[family])) < self._size:
            held[place] = passage


def _families() -> dict[str, tuple[str, ...]]:
    """Keyword, as `_phrases` writes it, to its families."""
    found: dict[str, tuple[str, ...]] = {}
    for name, keywords in _KEYWORDS.items():
        for keyword in keywords.split(","):
            *_, whole = sorted(_phrases(keyword), key=len)
            found[whole] = (*found.get(whole, ()), name)
    return found


def _phrases(text: str) -> list[str]:
    """One to `LONGEST_KEYWORD` neighbouring words, in the singular, hyphens as spaces."""
    words = [word.removesuffix("s") for word in _WORD.findall(text.lower())]
    return [
        " ".join(words[at : at + length])
        for length in range(1, LONGEST_KEYWORD + 1)
        for at in range(len(words) - length + 1)
    ]

"""Passages on one family of methods, from papers that have nothing else in common.

The families and the scoring follow the seed encoder's corpus: a paragraph belongs to the family
whose keywords it uses most. Such positives say "the same kind of method", no more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from astrosearch.corpus.document import Document, SourceSentence
from astrosearch.corpus.sentences import sentences_of
from astrosearch.training.cleaning import CAPTIONS, is_boilerplate_section, is_usable
from astrosearch.training.pairs import SPLITS, Split

RESERVOIR = 10_000  # passages a family that are held: some 5 MB
A_PAPER = 4  # passages of one paper in one family
LEAST_SCORE = 3  # different keywords a paragraph must use, or 2 in a section on methods

_KEYWORDS: dict[str, str] = {
    "sampling": "mcmc markov_chain monte_carlo metropolis posterior prior bayesian nested_sampling "
    "likelihood gibbs hamiltonian emcee multinest burn-in walkers evidence importance_sampling",
    "n-body and hydrodynamics": "n-body hydrodynamic simulation particles softening sph "
    "adaptive_mesh resolution gadget ramses arepo enzo subgrid cosmological_box star_formation "
    "merger_tree halo_finder initial_conditions",
    "lensing": "lensing shear convergence deflection lensed einstein_radius magnification caustic "
    "source_plane lens_model mass_map shape_measurement ellipticity psf",
    "spectroscopy": "spectrum spectra spectrograph slit wavelength_calibration resolving_power "
    "equivalent_width radial_velocity emission_line absorption_line continuum line_profile echelle "
    "cross-correlation grating",
    "photometry": "photometry photometric magnitude aperture flux_calibration zero_point ccd "
    "bias flat-field point_spread_function filter seeing standard_stars source_extraction colour",
    "machine learning": "neural_network machine_learning training_set random_forest classifier "
    "deep_learning convolutional support_vector supervised features cross-validation regression "
    "clustering_algorithm gaussian_process hyperparameters",
    "time series": "light_curve periodogram period lomb-scargle fourier_transform power_spectrum "
    "variability cadence transit detrend frequency autocorrelation red_noise phase-folded",
    "interferometry": "interferometer visibilities baseline uv-coverage clean_algorithm "
    "synthesised_beam phase_calibrator array antenna correlator self-calibration vlbi alma vla",
    "radiative transfer": "radiative_transfer optical_depth opacity dust_grains scattering "
    "source_function local_thermodynamic_equilibrium photoionization cloudy line_formation "
    "escape_probability level_populations ionizing_photons stellar_atmosphere",
    "statistics of fields": "correlation_function two-point power_spectrum covariance_matrix "
    "estimator bispectrum multipole window_function mock_catalogues random_catalogue jackknife "
    "bootstrap angular_scales mask likelihood",
    "population models": "stellar_population initial_mass_function isochrone metallicity "
    "star_formation_history population_synthesis sed_fitting stellar_mass template "
    "evolutionary_tracks age dust_attenuation binary_evolution",
    "high-energy data": "x-ray gamma-ray photon_index exposure background_region event_list "
    "chandra xmm-newton fermi effective_area hardness column_density spectral_fit xspec "
    "energy_band response_matrix",
    "dynamics": "orbit orbital_integration potential action velocity_dispersion jeans "
    "distribution_function resonance eccentricity proper_motion rotation_curve symplectic "
    "phase_space anisotropy",
    "magnetohydrodynamics": "magnetic_field mhd magnetohydrodynamic alfven induction_equation "
    "turbulence riemann_solver ideal_gas boundary_conditions reconnection resistivity plasma "
    "instability shear",
}
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
        self._patterns = {name: _pattern(words) for name, words in _KEYWORDS.items()}

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
        """The family whose keywords a paragraph uses most; None where none leads."""
        scores = {
            name: len({found.lower() for found in pattern.findall(text)})
            for name, pattern in self._patterns.items()
        }
        first, second = sorted(scores.values(), reverse=True)[:2]
        methods = section is not None and _METHODS.search(section) is not None
        if first < LEAST_SCORE - methods or first == second:
            return None
        return max(scores, key=lambda name: scores[name])

    def pairs(self) -> Iterator[tuple[str, MethodPassage, MethodPassage]]:
        """Yield two passages of one family and split, but of two papers.

        A passage stands in two pairs.
        """
        for name, held in self._held.items():
            for split in SPLITS:
                own = [passage for passage in held if passage.split == split]
                self._rng.shuffle(own)
                for at, passage in enumerate(own):
                    ahead = (own[(at + step) % len(own)] for step in range(1, 9))
                    other = next((p for p in ahead if p.paper_id != passage.paper_id), None)
                    if other is not None:
                        yield name, passage, other

    def _chosen(
        self, sentences: Iterable[SourceSentence], family: str
    ) -> tuple[SourceSentence, ...]:
        """The one to three neighbouring sentences that use the family's keywords most."""
        usable = [sentence for sentence in sentences if is_usable(sentence)]
        if not usable:
            return ()
        length = self._rng.randint(1, 3)
        pattern = self._patterns[family]
        windows = [usable[at : at + length] for at in range(max(1, len(usable) - length + 1))]
        hits = [sum(len(pattern.findall(s.text)) for s in window) for window in windows]
        most = max(hits)
        return tuple(windows[hits.index(most)]) if most else ()

    def _keep(self, family: str, passage: MethodPassage) -> None:
        held = self._held[family]
        self._seen[family] += 1
        if len(held) < self._size:
            held.append(passage)
        elif (place := self._rng.randrange(self._seen[family])) < self._size:
            held[place] = passage


def _pattern(words: str) -> re.Pattern[str]:
    keywords = (re.escape(word).replace("_", r"[\s-]") for word in words.split())
    return re.compile(rf"\b(?:{'|'.join(keywords)})", re.IGNORECASE)

"""Names asked for: how often one of the first three sentences has the very name.

Run: python -m benchmarks.identifiers INDEX

INDEX is of the whole corpus. A sentence has a name if it stands there in one of the spellings that
papers use, spaces and signs aside; a longer number or name is another.
"""

from __future__ import annotations

import argparse
import re
import statistics
from pathlib import Path
from unittest import mock

from astrosearch.search import bm25 as lexical
from astrosearch.search.index import MODES, Mode, open_index
from benchmarks.measured import save

TOP = 3

# What is typed, and the name as a regular expression over text without spaces and hyphens.
QUERIES = (
    ("NGC 1068", r"NGC1068"),
    ("NGC6791", r"NGC6791"),
    ("star formation in NGC 1566", r"NGC1566"),
    ("age of the open cluster NGC 6819", r"NGC6819"),
    ("dark matter halo of NGC 3109", r"NGC3109"),
    ("GW170817", r"GW170817"),
    ("GW150914", r"GW150914"),
    ("was GW151226 a merger of black holes?", r"GW151226"),
    ("GW190412", r"GW190412"),
    ("SN 1987A", r"SN1987A"),
    ("light curve of SN2011fe", r"SN2011fe"),
    ("SN 2008es", r"SN2008es"),
    ("SN 1998bw and its gamma-ray burst", r"SN1998bw"),
    ("GRB 990123", r"GRB990123"),
    ("optical afterglow of GRB 080605", r"GRB080605"),
    ("PSR J0737-3039", r"J07373039"),
    ("PSR B1937+21", r"B1937\+21"),
    ("timing of the pulsar PSR J1023+0038", r"J1023\+0038"),
    ("M87", r"(?:M|Messier)87"),
    ("Messier 82", r"(?:M|Messier)82"),
    ("Abell 1835", r"(?:Abell|A)1835"),
    ("radio relic in Abell 1033", r"(?:Abell|A)1033"),
    ("3C 273", r"3C273"),
    ("X-ray spectrum of 3C445", r"3C445"),
    ("HD 189733", r"HD189733"),
    ("transit of HD209458b", r"HD209458"),
    ("TRAPPIST-1", r"TRAPPIST1"),
    ("atmosphere of WASP-43b", r"WASP43b?"),
    ("Kepler-36", r"Kepler36"),
    ("FRB 121102", r"FRB121102"),
    ("FRB 140514", r"FRB140514"),
    ("TeV flares of Mrk 421", r"(?:Mrk|Mkn|Markarian)421"),
    ("Sgr A*", r"(?:Sgr|Sagittarius)A"),
    ("Cygnus X-1", r"Cyg(?:nus)?X1"),
    ("GRS 1915+105", r"GRS1915\+105"),
    ("SGR 1806-20", r"SGR180620"),
    ("[O III] 5007", r"OIII\]?(?:λ|lambda)*5007"),
    ("He II λ4686 line", r"HeII\]?(?:λ|lambda)*4686"),
    ("Halpha luminosity function", r"H(?:α|alpha)"),
    ("SDSS J1442+4055", r"J1442\+4055"),
)


def has_name(text: str, name: str) -> bool:
    bare = re.sub(r"[\s\-−‐-―~]", "", text)
    return re.search(rf"(?i:{name})(?!\d)", bare) is not None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    options = parser.parse_args()
    found: dict[str, list[bool]] = {}
    with open_index(options.index) as index:

        def ask(mode: Mode) -> list[bool]:
            return [
                any(has_name(hit.sentence.text, name) for hit in index.query(text, TOP, mode=mode))
                for text, name in QUERIES
            ]

        for mode in MODES:
            found[mode] = ask(mode)
        with mock.patch.object(lexical, "NAME_WEIGHT", 1.0):
            found["hybrid, a name weighing as a word"] = ask("hybrid")
    save(
        "identifiers",
        {
            "queries": len(QUERIES),
            "top": TOP,
            "share_with_the_name": {
                mode: round(statistics.mean(each), 3) for mode, each in found.items()
            },
            "missed": {
                mode: [text for (text, _), ok in zip(QUERIES, each, strict=True) if not ok]
                for mode, each in found.items()
            },
        },
    )


if __name__ == "__main__":
    main()

"""Read an archive snapshot of some gigabytes; memory must not grow with it.

Run: python -m benchmarks.metadata_stream [--gigabytes 5]

The snapshot is made of records written here, every fifth outside astro-ph, and deleted after.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import psutil

from astrosearch.corpus.metadata import read_metadata
from benchmarks.measured import save

ABSTRACT = (
    "We follow the cooling of gas in haloes of $10^{12}\\,M_\\odot$ and find that it depends on "
    "metallicity. Where cooling is fast, cold streams reach the disc; where it is slow, a hot "
    "corona stands. "
)


def write_snapshot(path: Path, size: int) -> int:
    """Write records until the file has `size` bytes; return their number."""
    number = written = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            record = {
                "id": f"{2001 + number // 20000 % 90:04d}.{number % 20000:05d}",
                "title": f"Cooling haloes, part {number}",
                "abstract": ABSTRACT * 5 + f"This is part {number}.",
                "authors": "A. Examplar, B. Samplar and C. Templar",
                "categories": "astro-ph.GA" if number % 5 else "hep-th",
                "update_date": "2025-01-31",
            }
            written += file.write(json.dumps(record) + "\n")
            number += 1
    return number


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=5)
    options = parser.parse_args()
    process = psutil.Process()
    with tempfile.TemporaryDirectory(prefix="astrosearch-") as folder:
        path = Path(folder) / "snapshot.jsonl"
        records = write_snapshot(path, int(options.gigabytes * 1e9))
        size = path.stat().st_size
        rss = []
        started = time.perf_counter()
        for count, _ in enumerate(read_metadata(path, path.name)):
            if count % 100_000 == 1000:
                rss.append(round(process.memory_info().rss / 1e6, 1))
        seconds = time.perf_counter() - started
    save(
        "metadata_stream",
        {
            "gigabytes": round(size / 1e9, 2),
            "records": records,
            "records_of_astro_ph": count + 1,
            "records_per_second": round(records / seconds),
            "rss_mb_every_100k_records": rss,
            "rss_growth_mb": round(max(rss) - rss[0], 1),
        },
    )


if __name__ == "__main__":
    main()

"""Ask an index until told to stop, and report; a process of its own beside a writer.

Run: python -m tests.support.reader INDEX REPORT [--pause SECONDS] [--seed N] [--anew] [--threads N]

It says so when it has begun, and stops when standard input is closed. The report is JSON:
answers, errors, wrong answers, and the whole states met, in order.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

import psutil

import astrosearch
from tests.support.editions import Asking
from tests.support.encoders import WordEncoder
from tests.support.plain_cli import become

SHOWN = 20  # errors and wrong answers that are reported whole


def peak_memory() -> int:
    """Return the most bytes that this process has had in memory."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def ask_until(stop: threading.Event, options: argparse.Namespace, askings: list[Asking]) -> None:
    errors: list[str] = options.errors
    opened = astrosearch.open(options.index, encoder=WordEncoder())
    print("asking", flush=True)  # noqa: T201

    def keep_asking(asking: Asking) -> None:
        nonlocal opened
        last = False
        while not last:
            last = stop.is_set()
            try:
                if options.anew:
                    with astrosearch.open(options.index, encoder=WordEncoder()) as own:
                        asking.ask(own)
                else:
                    asking.ask(opened)
                if last:
                    asking.ask_everything(opened)
            except Exception:  # noqa: BLE001 - whatever it is, it is reported
                errors.append(traceback.format_exc())
            time.sleep(options.pause)

    threads = [threading.Thread(target=keep_asking, args=[asking]) for asking in askings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    descriptors = Path("/proc/self/fd")
    options.open_files = len(list(descriptors.iterdir())) if descriptors.exists() else None
    opened.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--pause", type=float, default=0.005)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--anew", action="store_true", help="open the index for every question")
    parser.add_argument("--threads", type=int, default=1, help="that share one Index")
    parser.add_argument("--user", type=int, help="whose id to take, where this is root")
    options = parser.parse_args()
    if options.user is not None:
        become(options.user)
    options.errors = []
    askings = [Asking(1000 * options.seed + i) for i in range(options.threads)]
    stop = threading.Event()
    asking = threading.Thread(target=ask_until, args=[stop, options, askings])
    asking.start()
    sys.stdin.read()
    stop.set()
    asking.join()
    wrong = [each for asking in askings for each in asking.wrong]
    report = {
        "answers": sum((asking.answers for asking in askings), Counter()),
        "errors": len(options.errors),
        "wrong": len(wrong),
        "examples": [*options.errors[:SHOWN], *wrong[:SHOWN]],
        "states": [asking.states for asking in askings],
        "open_files": options.open_files,
        "memory_mb": peak_memory() // 2**20,
    }
    options.report.write_text(json.dumps(report))


if __name__ == "__main__":
    main()

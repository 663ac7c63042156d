"""Fuzz a target with atheris, keep what is found, and say how much was run.

Run: python -m fuzz.run TARGET [--seconds N] [--work DIR]

An input for which a target raises is shortened and kept in DIR/TARGET/found; one at which the
interpreter itself dies, or that takes too long or too much memory, is kept there as it is, and
fuzzing goes on with the next. The figures go to benchmarks/results/fuzzing.json.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import os
import pkgutil
import re
import subprocess
import sys
import time
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path

SECONDS_AN_INPUT = 10
MEMORY_MIB = 2048
LONGEST = {"latex": 6000, "bundle": 32_768, "index": 512}
FOUND = re.compile(r"stat::number_of_executed_units: *(\d+)")
SHORTENING = 30.0  # seconds for a finding


def main() -> None:
    """Fuzz for so many seconds, starting again when an input ends the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--work", type=Path, default=Path("/tmp/astrosearch-fuzz"))
    parser.add_argument("--within", type=int, help=argparse.SUPPRESS)  # the process that fuzzes
    options = parser.parse_args()
    folder = options.work / options.target
    if options.within is not None:
        fuzz(options.target, folder, options.within)  # nothing it fuzzes may be imported before
        return
    from fuzz.scratch import remove, scratch_of
    from fuzz.targets import TARGETS

    if options.target not in TARGETS:
        parser.error(f"there is no target {options.target}; the targets are {', '.join(TARGETS)}")
    prepare(options.target, folder)
    known = findings(folder)
    started = time.monotonic()
    executions = 0
    while (left := options.seconds - int(time.monotonic() - started)) > 1:
        command = [sys.executable, "-m", "fuzz.run", options.target, "--work", str(options.work)]
        log = folder / "log"
        with log.open("wb") as file:
            process = subprocess.Popen([*command, "--within", str(left)], stderr=file)
            process.wait()
        remove(scratch_of(process.pid))  # libFuzzer ends without Python's leave
        said = FOUND.findall(log.read_text("utf-8", "replace"))
        if not said:
            raise SystemExit(log.read_text("utf-8", "replace")[-3000:])
        executions += int(said[-1])
    seconds = time.monotonic() - started
    new = sorted(findings(folder) - known)
    check = TARGETS[options.target]
    for path in [folder / "found" / name for name in new]:
        if path.with_suffix(".txt").exists():
            path.write_bytes(shortened(check, path.read_bytes()))
        elif path.name.startswith("slow-unit-") and processor_seconds(check, path.read_bytes()) < 1:
            path.unlink()  # another process had the processor
            new.remove(path.name)
    kept = len(list((folder / "corpus").iterdir()))
    record(options.target, round(seconds), executions, kept, new)


def findings(folder: Path) -> set[str]:
    """Names of the inputs at fault that a target has so far."""
    return {path.name for path in (folder / "found").iterdir() if path.suffix != ".txt"}


def prepare(target: str, folder: Path) -> None:
    """Write the seeds and the dictionary."""
    from fuzz.seeds import dictionary, seeds

    for name in ("corpus", "found"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (folder / "corpus" / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    (folder / "words").write_text(dictionary(target))


def fuzz(target: str, folder: Path, seconds: int) -> None:
    """Fuzz in this process until the time is over or an input ends it."""
    import atheris

    with atheris.instrument_imports(include=["astrosearch", "tarfile", "fuzz.targets"]):
        import astrosearch

        for module in pkgutil.walk_packages(astrosearch.__path__, "astrosearch."):
            if module.name.split(".")[1] in ("corpus", "search", "verifying", "store", "vectors"):
                importlib.import_module(module.name)
        targets = importlib.import_module("fuzz.targets")
    check: Callable[[bytes], None] = targets.TARGETS[target]
    seen: set[str] = set()

    def one(data: bytes) -> None:
        try:
            check(data)
        except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
            place = signature(error)
            if place not in seen:
                seen.add(place)
                keep(folder / "found", place, data, error)

    options = {
        "max_total_time": seconds,
        "timeout": SECONDS_AN_INPUT,
        "rss_limit_mb": MEMORY_MIB,
        "max_len": LONGEST.get(target, 4096),
        "dict": folder / "words",
        "artifact_prefix": f"{folder / 'found'}/",
        "print_final_stats": 1,
        "verbosity": 1,
        "report_slow_units": 2,
    }
    arguments = [sys.argv[0], *(f"-{name}={value}" for name, value in options.items())]
    mutate = {"custom_mutator": mutated_bundle} if target == "bundle" else {}
    atheris.Setup([*arguments, str(folder / "corpus")], one, **mutate)
    os.chdir(folder)  # slow inputs are written where it stands
    atheris.Fuzz()


def mutated_bundle(data: bytes, most: int, seed: int) -> bytes:
    """Mutate what is compressed, not its compression, and make checksums of tar headers right."""
    import atheris

    zipped = data.startswith(b"\x1f\x8b") and seed % 8 != 0
    if zipped:
        unzip = zlib.decompressobj(wbits=31)
        with contextlib.suppress(zlib.error):
            data = unzip.decompress(data, most)
    mutated = bytearray(atheris.Mutate(data, most))
    if seed % 5:
        for at in range(0, len(mutated) - 511, 512):
            if mutated[at + 257 : at + 262] == b"ustar":
                mutated[at + 148 : at + 156] = b" " * 8
                total = sum(mutated[at : at + 512])
                mutated[at + 148 : at + 156] = f"{total:06o}\0 ".encode()
    if zipped or seed % 16 == 1:
        zip_ = zlib.compressobj(1, wbits=31)
        return (zip_.compress(bytes(mutated)) + zip_.flush())[:most]
    return bytes(mutated[:most])


def signature(error: BaseException) -> str:
    """Name an error by its kind and the place in our code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/astrosearch/" in f.filename or "/fuzz/" in f.filename]
    place = f"{Path(ours[-1].filename).stem}-{ours[-1].name}-{ours[-1].lineno}" if ours else "none"
    return f"{type(error).__name__}-{place}"


def keep(folder: Path, name: str, data: bytes, error: BaseException) -> None:
    """Write an input and its traceback, unless a shorter one is there."""
    path = folder / name
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(
            "".join(traceback.format_exception(error)), "utf-8", "backslashreplace"
        )


def shortened(check: Callable[[bytes], None], data: bytes) -> bytes:
    """Leave out of an input what its error doesn't need."""
    wanted = _raised(check, data)
    deadline = time.monotonic() + SHORTENING
    size = max(len(data) // 2, 1)
    while wanted and size and time.monotonic() < deadline:
        at, changed = 0, False
        while at < len(data) and time.monotonic() < deadline:
            shorter = data[:at] + data[at + size :]
            if _raised(check, shorter) == wanted:
                data, changed = shorter, True
            else:
                at += size
        size = size if changed and size == 1 else size // 2
    return data


def processor_seconds(check: Callable[[bytes], None], data: bytes) -> float:
    """Time an input, whatever else the machine does."""
    started = time.process_time()
    with contextlib.suppress(Exception):
        check(data)
    return time.process_time() - started


def _raised(check: Callable[[bytes], None], data: bytes) -> str | None:
    try:
        check(data)
    except Exception as error:  # noqa: BLE001
        return signature(error)
    return None


def record(target: str, seconds: int, executions: int, kept: int, new: list[str]) -> None:
    """Add a run to benchmarks/results/fuzzing.json."""
    import json

    from benchmarks.measured import RESULTS, circumstances, save

    path = RESULTS / "fuzzing.json"
    runs = json.loads(path.read_text())["runs"] if path.exists() else []
    run = {
        "target": target,
        "commit": circumstances()["commit"],
        "seconds": seconds,
        "executions": executions,
        "inputs_kept": kept,
        "findings": new,
    }
    save("fuzzing", {"runs": [*runs, run]})


if __name__ == "__main__":
    main()

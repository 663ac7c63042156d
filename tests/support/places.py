"""Where the tests find what they read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
EXAMPLES = ROOT / "examples" / "corpus"
FIXTURES = TESTS / "fixtures"  # indexes as earlier versions wrote them
FUZZ_INPUTS = TESTS / "fuzz_inputs"
SHARED = ROOT.parent / "shared"  # real texts and labels; tests that want them skip without

"""How good an encoder is: benchmarks, measures with intervals, and baselines beside it."""

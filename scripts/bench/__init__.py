"""Benchmarks: what the SDK costs compared with the libraries it is built on, as ratios measured in one run."""

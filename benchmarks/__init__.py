"""Measures the product from outside, as its guests meet it: `python -m benchmarks`, or `make bench`."""

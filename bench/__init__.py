"""Measures what a delivery costs, beside a bare application on the same libraries. See docs/benchmarks.md."""

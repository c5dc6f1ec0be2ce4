"""Measures what the methods cost where much is kept: rooms by the hundred thousand, messages by the million.

See docs/performance.md. `python -m bench.large --help`.
"""

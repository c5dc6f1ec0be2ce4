"""The only package that waits.

Everything else returns at once. What waits here is told by the hub when it is worth looking again, when
its time is up, or when the process is leaving.
"""

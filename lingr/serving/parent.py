"""What Linux knows about parents and children and the standard library does not say. No-ops elsewhere."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36

# Looked up on import, so that nothing is loaded between a fork and an exec.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(parent: int) -> None:
    """Have this process sent SIGTERM when its parent, whose process id is given, dies in whatever way.

    It counts for the calling process only: not for its own children, and still after an exec.
    """
    if _libc is None:
        return
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGTERM), 0, 0, 0)
    # The parent may have died before the call above, and then no signal is coming.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def adopt_orphans() -> None:
    """Make grandchildren whose parent dies children of this process, so that it can wait for them."""
    if _libc is not None:
        _libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

"""Keys of sessions that are in rooms without tickets."""

from __future__ import annotations


def attending() -> str:
    """Sorted set, session by the time it is let go unless it is heard of (ms); kept. Attendance scripts."""
    return "lingr:{presence}:attending"


def stints() -> str:
    """Hash, each session in ``attending`` to its stint, and to the id of its coming while that is not done, a
    space between; kept. Attendance scripts.
    """
    return "lingr:{presence}:stints"


def ended_stints() -> str:
    """Sorted set, session and stint, a space between, of stints that have ended, by the time it is to be made
    sure that their rooms were left (ms); kept. attendance_end.
    """
    return "lingr:{presence}:ended_stints"


def attended(session_id: str, stint: str) -> str:
    """Set, ids of the rooms in which a session may be in that stint; kept. Before and after room_attend."""
    return f"lingr:session:{{{session_id}}}:attended:{stint}"

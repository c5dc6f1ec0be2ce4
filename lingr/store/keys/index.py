"""Keys of the archives' index."""

from __future__ import annotations


def index_rooms() -> str:
    """Hash, room id to its number in the index and how far it is indexed; kept. index_add."""
    return "lingr:{index}:rooms"


def index_numbers() -> str:
    """Hash, number in the index to room id; kept. index_add."""
    return "lingr:{index}:numbers"


def index_counter() -> str:
    """String, the last number given to a room or segment; kept. Index."""
    return "lingr:{index}:counter"


def index_segments() -> str:
    """Hash, key of a segment to JSON; kept. index_add, index_mark."""
    return "lingr:{index}:segments"


def index_documents(segment: int) -> str:
    """String, number of the room and id of each message in a segment; kept. index_add."""
    return f"lingr:{{index}}:documents:{segment}"


def index_postings(segment: int, shelf: int) -> str:
    """String, checksums of terms and places in the segment that have them; kept. index_add."""
    return f"lingr:{{index}}:postings:{segment}:{shelf}"

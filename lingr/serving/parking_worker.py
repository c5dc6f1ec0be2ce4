"""The gunicorn worker class that parks polls."""

from __future__ import annotations

from lingr.serving.worker import Worker


class ParkingWorker(Worker):
    """A worker whose waiting polls are parked."""

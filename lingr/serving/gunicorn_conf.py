"""gunicorn's settings. They go with the worker class in ``lingr.serving.worker``.

The environment is read here, not through ``lingr.settings``: whatever the gunicorn master imports stays
as it was for every worker it forks later, and a reload (SIGHUP) is to bring in new code. A test keeps
the defaults equal to those of the settings table.
"""

import os

_host = os.environ.get("HOST") or "127.0.0.1"
_port = os.environ.get("PORT") or "5000"
_observe_port = os.environ.get("LINGR_OBSERVE_PORT") or _port
_on = ("1", "on", "t", "true", "y", "yes")

_address = f"[{_host}]" if ":" in _host else _host
bind = list(dict.fromkeys(f"{_address}:{port}" for port in (_port, _observe_port)))
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
_parking = (os.environ.get("LINGR_PARKING") or "on").lower() in _on
worker_class = "lingr.serving.parking_worker.ParkingWorker" if _parking else "lingr.serving.worker.Worker"
worker_connections = int(os.environ.get("LINGR_WORKER_CONNECTIONS") or 20_000)
preload_app = False

# Longer than a poll is held, so that a polling client keeps its connection.
keepalive = 75
# A worker that does not run its loop for this long is replaced.
timeout = 30
graceful_timeout = 15

# JSONP clients say everything in the request line: a thousand emoji make 12 kB of it.
limit_request_line = 32_768

accesslog = "-" if (os.environ.get("LINGR_ACCESS_LOG") or "off").lower() in _on else None
loglevel = os.environ.get("LINGR_LOG_LEVEL") or "info"

# Workers touch a file to show they are alive; on a disk that would stall with the disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
# It would be made in the home directory, one for all servers of the user.
control_socket_disable = True

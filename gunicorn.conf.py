"""What ``gunicorn wsgi:app`` finds by itself in this directory."""

from lingr.serving.gunicorn_conf import *  # noqa: F403

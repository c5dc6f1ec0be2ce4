"""The application, for ``gunicorn wsgi:app``."""

from lingr.wsgi import app as app

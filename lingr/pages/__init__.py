"""The web pages: what runs here, and a room to talk in.

They are clients of the public API like any other site's: the server fills in names and addresses, and
all talk goes through ``static/lingr.js``.
"""

from lingr.pages.views import blueprint

__all__ = ["blueprint"]

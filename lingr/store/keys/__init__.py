"""Every key of the data set: one function each, with its type, its lifetime and who writes it.

Keys that one script touches carry the same hash tag in braces, so that they live in one slot and the
program runs on a single server and on a cluster alike. No key is formed anywhere else.
"""

from __future__ import annotations

from lingr.store.keys.accounts import *
from lingr.store.keys.attendance import *
from lingr.store.keys.bots import *
from lingr.store.keys.channels import *
from lingr.store.keys.deliveries import *
from lingr.store.keys.directory import *
from lingr.store.keys.index import *
from lingr.store.keys.numbers import *
from lingr.store.keys.rooms import *
from lingr.store.keys.sessions import *

"""The access log, for requests that gunicorn has not seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from gunicorn.http import wsgi
from gunicorn.http.parser import RequestParser

_HEAD_END = b"\r\n\r\n"


class Record(NamedTuple):
    """A request that is to be logged when it is answered: its bytes, who sent it and when."""

    data: bytes
    address: str
    began: datetime


class AccessLog:
    """Has gunicorn's logger write what it would have written.

    ``logger`` is gunicorn's, ``server`` the name of the listening socket.
    """

    def __init__(self, cfg: Any, logger: Any, server: Any) -> None:
        self._cfg = cfg
        self._logger = logger
        self._server = server

    def begin(self, data: bytes, address: str) -> Record:
        """A request has come."""
        return Record(data, address, datetime.now())

    def end(self, record: Record, answer: bytes) -> None:
        """It was answered."""
        peer = (record.address, 0) if record.address else ""
        request = next(RequestParser(self._cfg, iter([record.data]), peer))
        response, environ = wsgi.create(request, None, peer, self._server, self._cfg)
        head, _, body = answer.partition(_HEAD_END)
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        response.start_response(status.partition(" ")[2], headers)
        response.sent = len(body)
        self._logger.access(response, request, environ, datetime.now() - record.began)

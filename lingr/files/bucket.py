"""Files in a bucket of a service that speaks S3.

Who may use it is said where boto3 looks for that: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE,
AWS_DEFAULT_REGION, or what the machine itself is allowed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lingr.errors import LingrError

CONNECT_SECONDS = 5
READ_SECONDS = 10
ATTEMPTS = 3
ABSENT = ("NoSuchKey", "404")
KIND = "image/png"

log = structlog.get_logger()


class Bucket:
    """``url`` is ``s3://bucket/prefix``, of which the prefix may be empty."""

    def __init__(self, url: str, endpoint: str | None) -> None:
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        self._name = parts.netloc
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": ATTEMPTS, "mode": "standard"},
                # Names of buckets are names of hosts at Amazon's, and seldom elsewhere.
                s3={"addressing_style": "auto" if endpoint is None else "path"},
                # Many who speak S3 do not know the checksums that boto3 would send.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, name: str, content: bytes) -> None:
        with self._usable():
            self._client.put_object(Bucket=self._name, Key=self._key(name), Body=content, ContentType=KIND)

    def get(self, name: str, most_bytes: int) -> bytes | None:
        with self._usable():
            try:
                found = self._client.get_object(Bucket=self._name, Key=self._key(name))
            except ClientError as error:
                if error.response["Error"]["Code"] in ABSENT:
                    return None
                raise
            with contextlib.closing(found["Body"]) as body:
                content: bytes = body.read(most_bytes)
                return content

    def forget(self, folder: str) -> None:
        with self._usable():
            for key in self._keys(folder):
                self._client.delete_object(Bucket=self._name, Key=key)

    def trouble(self) -> str | None:
        try:
            self._client.list_objects_v2(Bucket=self._name, Prefix=self._prefix, MaxKeys=1)
        except (BotoCoreError, ClientError) as error:
            return f"the bucket {self._name} cannot be used: {str(error).rstrip('.')}"
        return None

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}"

    def _keys(self, folder: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._name, Prefix=f"{self._key(folder)}/"
        )
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, OSError) as error:
            log.error("files cannot be used", bucket=self._name, trouble=str(error))
            raise LingrError("unavailable") from error

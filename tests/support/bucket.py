"""A service that speaks S3, as a process of its own, and a bucket there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from support.served import free_port

START_SECONDS = 60
ACCESS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "secret of tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}
MAIN = "from moto.server import main; main()"


@dataclass(frozen=True)
class Service:
    """Its address, and what is in the bucket ``pictures``."""

    endpoint: str
    environment: dict[str, str]

    def held(self) -> list[str]:
        """The keys of everything there."""
        found = self._client().list_objects_v2(Bucket="pictures")
        return [one["Key"] for one in found.get("Contents", ())]

    def kind(self, key: str) -> str:
        """The type that a file is served with."""
        told: str = self._client().head_object(Bucket="pictures", Key=key)["ContentType"]
        return told

    def make(self) -> None:
        """Makes the bucket."""
        self._client().create_bucket(Bucket="pictures")

    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCESS["AWS_SECRET_ACCESS_KEY"],
            region_name=ACCESS["AWS_DEFAULT_REGION"],
        )


@contextmanager
def serving(directory: Path) -> Iterator[Service]:
    """The service until the end of the block."""
    port = free_port()
    with (directory / "bucket.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, "-H", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, **ACCESS},
            start_new_session=True,
        )
    try:
        service = Service(f"http://127.0.0.1:{port}", ACCESS)
        _wait(service.endpoint, process, directory / "bucket.log")
        service.make()
        yield service
    finally:
        process.terminate()
        process.wait(20)


def _wait(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)

"""Endpoints behind TLS: the certificate is that of the name, though what is connected to is an address."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lingr.domain import bots, deliveries
from support.endpoint import Server, soon

pytestmark = pytest.mark.live


def certificate(place: Path, *names: x509.GeneralName) -> tuple[Path, ssl.SSLContext]:
    """A certificate that vouches for itself, and what a server needs to show it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, hidden = place / "certificate.pem", place / "key.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    hidden.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, hidden)
    return shown, context


def test_a_certificate_must_be_of_the_name_and_of_somebody_trusted(ctx, ann, lobby, process, tmp_path, heard):
    shown, context = certificate(tmp_path, x509.DNSName("localhost"))
    asked = []
    context.sni_callback = lambda socket, name, _: asked.append(name)
    server = Server(context=context)
    other_place = tmp_path / "other"
    other_place.mkdir()
    _, other = certificate(other_place, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    stranger = Server(context=other)
    try:
        for name, url in {
            "good": f"https://localhost:{server.server_port}/echo",
            "misnamed": f"https://127.0.0.1:{server.server_port}/echo",
            "unknown": f"https://127.0.0.1:{stranger.server_port}/echo",
        }.items():
            bots.invite(ctx, bots.create(ctx, id=name, name=name, endpoint=url), lobby)
        process(SSL_CERT_FILE=str(shown), LINGR_BOT_TRIES="1", LINGR_BOT_SECONDS="5")
        ann.say("hello")
        soon(lambda: all(deliveries.attempts(ctx, name, 1) for name in ("good", "misnamed", "unknown")))
        assert heard() == ["heard hello"]
        assert "localhost" in asked
        why = {name: deliveries.attempts(ctx, name, 1)[0].why for name in ("misnamed", "unknown")}
        assert all(words.startswith("the certificate is not good") for words in why.values()), why
        assert server.calls[0].headers["host"] == f"localhost:{server.server_port}"
        assert stranger.calls == []
    finally:
        server.close()
        stranger.close()

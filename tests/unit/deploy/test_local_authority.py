"""A certificate of our own: good for its names, kept, renewed when names change."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from deploy.embedded.options import Options
from deploy.embedded.tls import local_authority, tls_of


def test_the_certificate_holds_its_names_and_is_kept(tmp_path: Path) -> None:
    cert, key = local_authority(tmp_path / "tls", ["fair.local", "127.0.0.1"])
    first = cert.read_bytes()
    names = x509.load_pem_x509_certificates(first)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["fair.local"]
    assert key.stat().st_mode & 0o077 == 0
    assert local_authority(tmp_path / "tls", ["fair.local", "127.0.0.1"])[0].read_bytes() == first


def test_other_names_get_another_certificate_from_the_same_authority(tmp_path: Path) -> None:
    first = local_authority(tmp_path, ["one.local"])[0].read_bytes()
    authority = (tmp_path / "ca.crt").read_bytes()
    assert local_authority(tmp_path, ["two.local"])[0].read_bytes() != first
    assert (tmp_path / "ca.crt").read_bytes() == authority


def test_who_trusts_the_authority_trusts_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.embedded.tls.own_address", lambda: "127.0.0.1")
    tls = tls_of(Options(data=tmp_path, local_ca=True), "https://localhost:8000")
    assert tls is not None
    trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.crt"))
    server, client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = tls.context().wrap_bio(client, server, server_side=True)
    theirs = trusting.wrap_bio(server, client, server_hostname="localhost")
    for _ in range(3):
        for side in (theirs, ours):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert theirs.getpeercert()
    assert not tls.is_public

"""HTTPS for the embedded set-up: a certificate that was given, or one of a local authority made here.

The local authority's key stays in DATA/tls, readable by its owner; phones install its certificate from /local-ca.
"""

import html
import io
import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.embedded.front.answers import Fixed
from deploy.embedded.options import CannotRun, Options
from deploy.embedded.setup import own_address

AUTHORITY_DAYS, CERTIFICATE_DAYS, RENEW_DAYS = 3650, 397, 30
CA_PATH = "/local-ca.crt"


@dataclass(frozen=True)
class Tls:
    """A certificate to serve with; `is_public` when browsers trust it without our doing."""

    cert: Path
    key: Path
    is_public: bool
    pages: Mapping[str, Fixed]

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer; CannotRun when certificate and key do not go together."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.cert, self.key)
        except (OSError, ssl.SSLError) as wrong:
            raise CannotRun(f"The certificate {self.cert} and the key {self.key} cannot be used: {wrong}") from wrong
        return context


def tls_of(options: Options, url: str) -> Tls | None:
    """What the options ask for; None for plain HTTP. CannotRun."""
    if options.local_ca:
        found = local_authority(options.data / "tls", _names(options.host))
        pages = _pages(options.data / "tls" / "ca.crt", url)
        tls = Tls(*found, is_public=False, pages=pages)
    elif options.cert and options.key:
        tls = Tls(options.cert, options.key, is_public=True, pages={})
    else:
        return None
    tls.context()
    return tls


def _names(host: str) -> list[str]:
    own = [] if host in ("0.0.0.0", "::") else [host]  # noqa: S104 - compared, not bound
    return list(dict.fromkeys([*own, "localhost", "127.0.0.1", own_address()]))


def local_authority(folder: Path, names: list[str]) -> tuple[Path, Path]:
    """Certificate and key for these names, signed by the authority in `folder`, which is made if need be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_cert, ca_key = folder / "ca.crt", folder / "ca.key"
    if not (ca_cert.exists() and ca_key.exists()):
        _make_authority(ca_cert, ca_key)
    cert, key = folder / "server.crt", folder / "server.key"
    if not _is_good(cert, names):
        _make_certificate(folder, names)
    return cert, key


def _is_good(path: Path, names: list[str]) -> bool:
    if not path.exists() or not path.with_suffix(".key").exists():
        return False
    cert = x509.load_pem_x509_certificates(path.read_bytes())[0]
    if cert.not_valid_after_utc < datetime.now(UTC) + timedelta(days=RENEW_DAYS):
        return False
    held = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(held) == set(_alternative(names))


def _alternative(names: list[str]) -> x509.SubjectAlternativeName:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return x509.SubjectAlternativeName(found)


def _builder(subject: str, issuer: str, days: int) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )


def _make_authority(cert_path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = f"Moussem local authority {os.urandom(3).hex()}"
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    cert = (
        _builder(name, name, AUTHORITY_DAYS)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_private(key_path, key)
    cert_path.write_bytes(cert.public_bytes(serialization.Encoding.PEM))


def _make_certificate(folder: Path, names: list[str]) -> None:
    authority = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise CannotRun(f"{folder / 'ca.key'} is not the key Moussem made; remove {folder} to have a new one.")
    issuer = str(authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    key = ec.generate_private_key(ec.SECP256R1())
    cert = (
        _builder(names[0], issuer, CERTIFICATE_DAYS)
        .public_key(key.public_key())
        .add_extension(_alternative(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_private(folder / "server.key", key)
    chain = cert.public_bytes(serialization.Encoding.PEM) + (folder / "ca.crt").read_bytes()
    (folder / "server.crt").write_bytes(chain)


def _write_private(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _pages(authority: Path, url: str) -> dict[str, Fixed]:
    """What a phone needs to trust us: the certificate, and a page with a code that leads to it."""
    address = ca_address(url)
    picture = io.BytesIO()
    segno.make(address).save(picture, kind="svg", scale=8, xmldecl=False)
    shown = html.escape(address)
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1"><title>Trust this Moussem</title></head><body>'
        f"<h1>Trust this Moussem</h1><p>Scan with the phone, install the certificate, then open "
        f'<a href="{html.escape(url)}">{html.escape(url)}</a>.</p>{picture.getvalue().decode()}'
        f'<p><a href="{CA_PATH}">{shown}</a></p></body></html>'
    )
    return {
        CA_PATH: Fixed(200, "application/x-x509-ca-cert", authority.read_bytes()),
        "/local-ca": Fixed(200, "text/html; charset=utf-8", page.encode()),
    }


def ca_address(url: str) -> str:
    """Where a phone fetches the authority: over plain HTTP, since it does not trust us yet."""
    return "http" + url.removeprefix("https").removeprefix("http") + CA_PATH

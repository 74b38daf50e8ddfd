"""Tokens: who signed, for whom, until when."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.tokens import BadToken, Verifier, jwks, new_key, sign, sign_bytes, verify_bytes

NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
KEY = new_key()


def token(**claims: object) -> str:
    whole = {"aud": "ticketing", "sub": "p", "exp": int((NOW + timedelta(hours=12)).timestamp())} | claims
    return sign(whole, private=KEY.private, key_id=KEY.key_id, typ="person+jwt")


def verifier(keys: dict[str, bytes] | None = None) -> Verifier:
    known = {KEY.key_id: KEY.public} if keys is None else keys
    return Verifier(known.get, audience="ticketing", typ="person+jwt")


def test_a_token_says_who() -> None:
    assert verifier().claims(token(), NOW)["sub"] == "p"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nonsense",
        token()[:-4] + "AAAA",
        token(aud="registration"),
        token(exp=int(NOW.timestamp())),
        sign({"aud": "ticketing", "sub": "p", "exp": 9e9}, private=KEY.private, key_id=KEY.key_id, typ="staff+jwt"),
        sign(
            {"aud": "ticketing", "sub": "p", "exp": 9e9}, private=new_key().private, key_id=KEY.key_id, typ="person+jwt"
        ),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwIn0.",
        token() + "=",
        token() + "~",
        token()[:-8] + "~" + token()[-8:],
        token().replace(".", "..", 1),
        token() + ".",
        token(sub=""),
        token(exp="2040-01-01"),
        token(aud=["ticketing"]),
        "أ.ب.ج",
    ],
)
def test_any_other_token_is_refused(bad: str) -> None:
    with pytest.raises(BadToken):
        verifier().claims(bad, NOW)


def test_a_remembered_token_ends_on_time_and_with_its_key() -> None:
    keys = {KEY.key_id: KEY.public}
    remembered, said = verifier(keys), token()
    remembered.claims(said, NOW)
    with pytest.raises(BadToken):
        remembered.claims(said, NOW + timedelta(hours=12))
    keys.clear()
    with pytest.raises(BadToken):
        remembered.claims(said, NOW)


def test_signed_bytes() -> None:
    signature = sign_bytes(KEY.private, b"record")
    assert verify_bytes(KEY.public, b"record", signature)
    assert not verify_bytes(KEY.public, b"recorD", signature)
    assert not verify_bytes(new_key().public, b"record", signature)


def test_published_keys_say_what_they_are() -> None:
    (key,) = jwks([(KEY.key_id, KEY.public)])["keys"]
    assert (key["kty"], key["crv"], key["kid"]) == ("OKP", "Ed25519", KEY.key_id)

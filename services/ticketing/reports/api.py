"""The public key under what ticketing signs."""

from flask import Response
from flask_smorest import Blueprint

from services.ticketing.reports.domain.proofs import proof_key
from shared import tokens
from shared.idempotency import Answer
from shared.web import may, reply
from shared.web.security import settings

well_known = Blueprint("proof_keys", __name__, url_prefix="/ticketing", description="Public keys")


@well_known.get("/.well-known/jwks.json")
@well_known.response(200, description="A JSON Web Key Set (RFC 7517, RFC 8037)")
@may("anyone")
def jwks() -> Response:
    """The public key that verifies audits and certificates."""
    key = proof_key(settings().secret)
    return reply(Answer(200, tokens.jwks([(key.key_id, key.public)])))

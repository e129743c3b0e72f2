"""Logs in with Authlib: prints the address for the browser, reads the callback's address, prints the person.

    authlib_login.py ISSUER CLIENT_ID REDIRECT_URI METHOD ALG   (the secret is in IPSE_CLIENT_SECRET)
"""

import json
import os
import secrets
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

issuer, client_id, redirect_uri, method, alg = sys.argv[1:]
# Plain http exists in the demo only.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()
assert metadata["issuer"] == issuer
session = OAuth2Session(
    client_id,
    os.environ["IPSE_CLIENT_SECRET"],
    scope="openid profile",
    redirect_uri=redirect_uri,
    token_endpoint_auth_method=method,
    code_challenge_method="S256",
)
nonce = secrets.token_urlsafe(16)
verifier = secrets.token_urlsafe(48)
url, state = session.create_authorization_url(
    metadata["authorization_endpoint"],
    code_verifier=verifier,
    nonce=nonce,
    acr_values="advanced",
)
print(url, flush=True)

callback = sys.stdin.readline().strip()
token = session.fetch_token(
    metadata["token_endpoint"],
    authorization_response=callback,
    state=state,
    code_verifier=verifier,
)
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
parsed = jwt.decode(token["id_token"], keys, algorithms=[alg])
claims = CodeIDToken(
    parsed.claims,
    parsed.header,
    options={"iss": {"value": issuer}, "aud": {"value": client_id}},
    params={"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
)
claims.validate()
person = session.get(metadata["userinfo_endpoint"]).json()
assert person["sub"] == claims["sub"]
print(json.dumps({"header": parsed.header, "claims": dict(claims), "person": person}), flush=True)

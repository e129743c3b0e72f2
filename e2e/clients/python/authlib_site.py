"""A site with Authlib.

    authlib_site.py FOLDER PORT   (IPSE_ISSUER, IPSE_CLIENT_ID and IPSE_CLIENT_SECRET are in the environment)

IPSE_REQUEST has `scope` and perhaps `claims`.
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

from site_of import serve

# Plain http exists in the demo only.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
port = int(sys.argv[2])
ipse = requests.get(os.environ["IPSE_ISSUER"] + "/.well-known/openid-configuration", timeout=30).json()
client_id = os.environ["IPSE_CLIENT_ID"]
asked = json.loads(os.environ.get("IPSE_REQUEST", '{"scope": "openid profile"}'))
more = {"claims": json.dumps(asked["claims"])} if "claims" in asked else {}
logins = []


def begin():
    session = OAuth2Session(client_id, os.environ["IPSE_CLIENT_SECRET"], scope=asked["scope"],
                            redirect_uri=f"http://localhost:{port}/callback", code_challenge_method="S256")
    nonce, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    url, state = session.create_authorization_url(ipse["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more)
    logins.append((session, state, verifier, nonce))
    return url


def finish(address):
    session, state, verifier, nonce = logins.pop()
    token = session.fetch_token(ipse["token_endpoint"], authorization_response=address, state=state, code_verifier=verifier)
    keys = KeySet.import_key_set(requests.get(ipse["jwks_uri"], timeout=30).json())
    parsed = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(parsed.claims, parsed.header,
                         options={"iss": {"value": ipse["issuer"]}, "aud": {"value": client_id}},
                         params={"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]})
    claims.validate()
    person = session.get(ipse["userinfo_endpoint"]).json()
    assert person["sub"] == claims["sub"]
    return person


serve(port, begin, finish)

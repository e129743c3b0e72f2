"""A site with idpyoidc.

    idpyoidc_site.py FOLDER PORT   (IPSE_ISSUER, IPSE_CLIENT_ID and IPSE_CLIENT_SECRET are in the environment)

IPSE_REQUEST has `scope` and perhaps `claims`. IPSE_ENCRYPTION has the registered members of encrypted userinfo, and
IPSE_PRIVATE_JWKS the keys.
"""

import json
import os
import sys
from urllib.parse import parse_qsl, urlparse

from idpyoidc.client.rp_handler import RPHandler

from site_of import serve

folder, port = sys.argv[1], int(sys.argv[2])
issuer = os.environ["IPSE_ISSUER"]
asked = json.loads(os.environ.get("IPSE_REQUEST", '{"scope": "openid profile"}'))
encryption = json.loads(os.environ.get("IPSE_ENCRYPTION", "{}"))
key_conf = {"private_path": f"{folder}/keys.json", "key_defs": [], "read_only": True}
with open(key_conf["private_path"], "w", encoding="utf-8") as file:
    file.write(os.environ["IPSE_PRIVATE_JWKS"] if encryption else '{"keys": []}')

config = {
    "client_type": "oidc",
    "issuer": issuer,
    "client_id": os.environ["IPSE_CLIENT_ID"],
    "client_secret": os.environ["IPSE_CLIENT_SECRET"],
    "redirect_uris": [f"http://localhost:{port}/callback"],
    "response_types_supported": ["code"],
    "scopes_supported": asked["scope"].split(),
    "add_ons": {
        "pkce": {
            "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
            "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
        }
    },
}
if encryption:
    config["encrypt_userinfo_supported"] = True
    config["userinfo_encryption_alg_values_supported"] = [encryption["userinfo_encrypted_response_alg"]]
    config["userinfo_encryption_enc_values_supported"] = [encryption["userinfo_encrypted_response_enc"]]
    config["userinfo_signing_alg_values_supported"] = ["ES256"]
handler = RPHandler(f"http://localhost:{port}", client_configs={issuer: config}, key_conf=key_conf)


def begin():
    arguments = {"scope": asked["scope"].split()}
    if "claims" in asked:
        arguments["claims"] = asked["claims"]
    return handler.begin(issuer, req_args=arguments)


def finish(address):
    answer = handler.finalize(issuer, dict(parse_qsl(urlparse(address).query)))
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["userinfo"].to_dict()


serve(port, begin, finish)

"""A site with requests-oauthlib.

    requests_oauthlib_site.py FOLDER PORT   (IPSE_ISSUER, IPSE_CLIENT_ID and IPSE_CLIENT_SECRET are in the environment)
"""

import os
import sys

import requests
from requests_oauthlib import OAuth2Session

from site_of import serve

# Plain http exists in the demo only.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
port = int(sys.argv[2])
ipse = requests.get(os.environ["IPSE_ISSUER"] + "/.well-known/openid-configuration", timeout=30).json()
sessions = []


def begin():
    session = OAuth2Session(os.environ["IPSE_CLIENT_ID"], scope=["openid", "profile"],
                            redirect_uri=f"http://localhost:{port}/callback", pkce="S256")
    url, _state = session.authorization_url(ipse["authorization_endpoint"])
    sessions.append(session)
    return url


def finish(address):
    session = sessions.pop()
    session.fetch_token(ipse["token_endpoint"], authorization_response=address,
                        client_secret=os.environ["IPSE_CLIENT_SECRET"])
    return session.get(ipse["userinfo_endpoint"]).json()


serve(port, begin, finish)

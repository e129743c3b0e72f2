"""A Django site with mozilla-django-oidc. `/oidc/authenticate/` begins a login, `/me` says who is logged in.

    django_site.py [plain] FOLDER PORT   (IPSE_ISSUER, IPSE_CLIENT_ID and IPSE_CLIENT_SECRET are in the environment)
"""

import os
import sys
from pathlib import Path

import django
import requests
from django.conf import settings

*plain, folder, port = sys.argv[1:]
folder = Path(folder)
# What is set for Ipse, beside what each provider needs; `plain` leaves it out.
more = {} if plain else dict(
    AUTHENTICATION_BACKENDS=[__name__ + ".Ipse"],
    OIDC_RP_SCOPES="openid profile email",
    OIDC_USE_PKCE=True,
)
ipse = requests.get(os.environ["IPSE_ISSUER"] + "/.well-known/openid-configuration", timeout=30).json()
settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "django.sqlite"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "mozilla_django_oidc"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"],
    OIDC_RP_CLIENT_ID=os.environ["IPSE_CLIENT_ID"],
    OIDC_RP_CLIENT_SECRET=os.environ["IPSE_CLIENT_SECRET"],
    OIDC_OP_AUTHORIZATION_ENDPOINT=ipse["authorization_endpoint"],
    OIDC_OP_TOKEN_ENDPOINT=ipse["token_endpoint"],
    OIDC_OP_USER_ENDPOINT=ipse["userinfo_endpoint"],
    OIDC_OP_JWKS_ENDPOINT=ipse["jwks_uri"],
    OIDC_RP_SIGN_ALGO="RS256",
    LOGIN_REDIRECT_URL="/me",
    LOGIN_REDIRECT_URL_FAILURE="/failed",
    **{"AUTHENTICATION_BACKENDS": ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"], **more},
)
django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.servers.basehttp import WSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import include, path
from mozilla_django_oidc.auth import OIDCAuthenticationBackend


class Ipse(OIDCAuthenticationBackend):
    """Knows people by `sub`, which is theirs for ever, and not by an e-mail address, which they may change."""

    def filter_users_by_claims(self, claims):
        return self.UserModel.objects.filter(username=claims["sub"])

    def get_username(self, claims):
        return claims["sub"]

    def create_user(self, claims):
        return self.update_user(super().create_user(claims), claims)

    def update_user(self, user, claims):
        user.first_name, user.last_name = claims.get("given_name", ""), claims.get("family_name", "")
        user.save()
        return user


def me(request):
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"error": "nobody is logged in"}, status=401)
    return JsonResponse({"sub": user.username, "name": user.get_full_name(), "email": user.email, "users": get_user_model().objects.count()})


urlpatterns = [
    path("oidc/", include("mozilla_django_oidc.urls")),
    path("me", me),
    path("failed", lambda request: JsonResponse({"error": "the login failed"}, status=403)),
]
call_command("migrate", verbosity=0)
server = WSGIServer(("localhost", int(port)), WSGIRequestHandler)
server.set_app(get_wsgi_application())
server.serve_forever()

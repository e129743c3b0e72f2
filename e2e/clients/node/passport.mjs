// A site with passport-openidconnect: node passport.mjs FOLDER PORT

import express from "express";
import session from "express-session";
import passport from "passport";
import OpenIDConnectStrategy from "passport-openidconnect";

const [, , , port] = process.argv;
const ipse = await (await fetch(`${process.env.IPSE_ISSUER}/.well-known/openid-configuration`)).json();
const secret = crypto.randomUUID();
passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: ipse.issuer,
      authorizationURL: ipse.authorization_endpoint,
      tokenURL: ipse.token_endpoint,
      userInfoURL: ipse.userinfo_endpoint,
      clientID: process.env.IPSE_CLIENT_ID,
      clientSecret: process.env.IPSE_CLIENT_SECRET,
      callbackURL: `http://localhost:${port}/callback`,
      scope: ["profile"],
      nonce: true,
      skipUserProfile: false,
    },
    (_issuer, profile, done) => done(null, { sub: profile.id, name: profile.displayName, given_name: profile.name.givenName }),
  ),
);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const site = express();
site.use(session({ secret, resave: false, saveUninitialized: false }), passport.session());
site.get("/login", passport.authenticate("openidconnect"));
site.get("/callback", passport.authenticate("openidconnect", { successRedirect: "/me", failureRedirect: "/failed" }));
site.get("/failed", (_request, response) => response.status(403).json({ error: "the login failed" }));
site.get("/me", (request, response) => (request.user ? response.json(request.user) : response.status(401).json({ error: "nobody is logged in" })));
site.listen(Number(port), "localhost");

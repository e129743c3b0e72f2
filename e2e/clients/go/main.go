// A site with go-oidc: ipse-client FOLDER PORT
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type login struct{ state, nonce, verifier string }

type person struct {
	Sub  string `json:"sub"`
	Name string `json:"name"`
}

func main() {
	port := os.Args[2]
	ctx := context.Background()
	ipse, err := oidc.NewProvider(ctx, os.Getenv("IPSE_ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	config := oauth2.Config{
		ClientID:     os.Getenv("IPSE_CLIENT_ID"),
		ClientSecret: os.Getenv("IPSE_CLIENT_SECRET"),
		Endpoint:     ipse.Endpoint(),
		RedirectURL:  "http://localhost:" + port + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile"},
	}
	ids := ipse.Verifier(&oidc.Config{ClientID: config.ClientID})

	var begun login
	var loggedIn *person
	finish := func(r *http.Request) (*person, error) {
		if r.FormValue("state") != begun.state {
			return nil, fmt.Errorf("another state")
		}
		if r.FormValue("error") != "" {
			return nil, fmt.Errorf("%s: %s", r.FormValue("error"), r.FormValue("error_description"))
		}
		token, err := config.Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(begun.verifier))
		if err != nil {
			return nil, err
		}
		raw, _ := token.Extra("id_token").(string)
		id, err := ids.Verify(ctx, raw)
		if err != nil {
			return nil, err
		}
		if id.Nonce != begun.nonce {
			return nil, fmt.Errorf("another nonce")
		}
		info, err := ipse.UserInfo(ctx, config.TokenSource(ctx, token))
		if err != nil {
			return nil, err
		}
		found := &person{Sub: id.Subject}
		return found, info.Claims(found)
	}
	answer := func(w http.ResponseWriter, status int, value any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(value)
	}
	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		begun = login{oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()}
		loggedIn = nil
		url := config.AuthCodeURL(begun.state, oidc.Nonce(begun.nonce), oauth2.S256ChallengeOption(begun.verifier))
		http.Redirect(w, r, url, http.StatusSeeOther)
	})
	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		found, err := finish(r)
		if err != nil {
			answer(w, http.StatusForbidden, map[string]string{"error": err.Error()})
			return
		}
		loggedIn = found
		http.Redirect(w, r, "/me", http.StatusSeeOther)
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if loggedIn == nil {
			answer(w, http.StatusUnauthorized, map[string]string{"error": "nobody is logged in"})
			return
		}
		answer(w, http.StatusOK, loggedIn)
	})
	log.Fatal(http.ListenAndServe("localhost:"+port, nil))
}

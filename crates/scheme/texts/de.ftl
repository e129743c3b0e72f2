# Sätze der Ansicht: was die Person auf dem Telefon liest und unterschreibt.

login-title = { $partner } möchte wissen, wer Sie sind
login-purpose = Anmelden
return-choice = Dieser Browser darf { $minutes } Minuten lang wiederkommen, ohne mich zu fragen

connect-sim-title = Sie möchten Ihre neue SIM verbinden
connect-sim-purpose = Ihre SIM gehört dann wieder zu Ihrem Ipse.
connect-sim-number = Ihre Telefonnummer

change-code-title = Sie möchten Ihren Code ändern
change-code-purpose = Danach gilt nur noch Ihr neuer Code.
fingerprint-add-title = Sie möchten auch Ihren Fingerabdruck oder Ihr Gesicht verwenden
fingerprint-add-purpose = Danach können Sie auf diesem Telefon auch damit bestätigen. Ihr Code gilt weiterhin.
fingerprint-remove-title = Sie möchten Ihren Fingerabdruck oder Ihr Gesicht nicht mehr verwenden
fingerprint-remove-purpose = Danach bestätigen Sie nur noch mit Ihrem Code.
unblock-title = Sie möchten Ihr Ipse wieder benutzen
unblock-purpose = Danach können Sie sich wieder anmelden.

attribute-name = Name
attribute-given-name = Vorname
attribute-family-name = Familienname
attribute-locale = Sprache

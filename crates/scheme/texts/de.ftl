# Sätze der Ansicht: was die Person auf dem Telefon liest und unterschreibt.

login-title = { $partner } möchte wissen, wer Sie sind
login-purpose = Anmelden

connect-sim-title = Sie möchten Ihre neue SIM verbinden
connect-sim-purpose = Ihre SIM gehört dann wieder zu Ihrem Ipse.
connect-sim-number = Ihre Telefonnummer

change-code-title = Sie möchten Ihren Code ändern
change-code-purpose = Danach gilt nur noch Ihr neuer Code.
unblock-title = Sie möchten Ihr Ipse wieder benutzen
unblock-purpose = Danach können Sie sich wieder anmelden.

attribute-name = Name
attribute-given-name = Vorname
attribute-family-name = Familienname
attribute-locale = Sprache

# Sentences of the view: what the person reads, and signs, on the phone.

login-title = { $partner } möchte wissen, wer Sie sind
login-purpose = Anmelden

connect-sim-title = Sie möchten Ihre neue SIM-Karte verbinden
connect-sim-purpose = Ihre SIM-Karte gehört dann wieder zu Ihrem Ipse.

unblock-title = Sie möchten Ihr Ipse wieder benutzen
unblock-purpose = Danach können Sie sich wieder anmelden.

started-elsewhere = Wir sehen nicht, auf welchem Gerät dies begonnen hat. Fahren Sie nur fort, wenn Sie es gerade selbst begonnen haben.

attribute-name = Name
attribute-given-name = Vorname
attribute-family-name = Nachname
attribute-locale = Sprache

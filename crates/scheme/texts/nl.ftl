# Zinnen van de view: wat de persoon leest, en ondertekent, op de telefoon.

login-title = { $partner } wil weten wie je bent
login-purpose = Aanmelden
return-choice = Deze browser mag { $minutes } minuten lang terugkomen zonder het mij te vragen

connect-sim-title = Je wilt je nieuwe SIM verbinden
connect-sim-purpose = Je SIM hoort dan weer bij je Ipse.
connect-sim-number = Je telefoonnummer

change-code-title = Je wilt je code veranderen
change-code-purpose = Daarna geldt alleen je nieuwe code.
fingerprint-add-title = Je wilt ook je vingerafdruk of gezicht gebruiken
fingerprint-add-purpose = Daarna kun je op deze telefoon ook daarmee bevestigen. Je code blijft werken.
fingerprint-remove-title = Je wilt je vingerafdruk of gezicht niet meer gebruiken
fingerprint-remove-purpose = Daarna bevestig je alleen nog met je code.
unblock-title = Je wilt je Ipse opnieuw gebruiken
unblock-purpose = Daarna kun je weer aanmelden.

attribute-name = Naam
attribute-given-name = Voornaam
attribute-family-name = Familienaam
attribute-locale = Taal

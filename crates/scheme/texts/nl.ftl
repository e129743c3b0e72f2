# Zinnen van de view: wat de persoon leest, en ondertekent, op de telefoon.

login-title = { $partner } wil weten wie je bent
login-purpose = Aanmelden

connect-sim-title = Je wilt je nieuwe SIM verbinden
connect-sim-purpose = Je SIM hoort dan weer bij je Ipse.
connect-sim-number = Je telefoonnummer

change-code-title = Je wilt je code veranderen
change-code-purpose = Daarna geldt alleen je nieuwe code.
unblock-title = Je wilt je Ipse opnieuw gebruiken
unblock-purpose = Daarna kun je weer aanmelden.

attribute-name = Naam
attribute-given-name = Voornaam
attribute-family-name = Familienaam
attribute-locale = Taal

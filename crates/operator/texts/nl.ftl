# De sms met de zes cijfers. Ze zegt waarvoor ze dienen, en dat niemand erom vraagt: oplichters vragen ernaar.
secret-message = { $secret } zijn je zes cijfers om { $purpose }. Tik ze alleen in de Ipse-app die je zelf hebt geopend, binnen 5 minuten. Geef ze aan niemand, ook niet aan wie jou belt: niemand van Ipse, je bank of { $operator } vraagt erom.
purpose-bind-sim = je SIM met Ipse te verbinden
purpose-new-device = een nieuwe telefoon aan je Ipse toe te voegen
purpose-code-change = de code van je Ipse te veranderen
purpose-sign = met Ipse te ondertekenen
notice-new-phone = Je Ipse staat nu op een andere telefoon. Was jij dat niet? Open Ipse op je oude telefoon en kies ‘Dit was ik niet’, of ga naar je bank. Ipse, je bank en { $operator } vragen je hiervoor nooit een code.

# De nagebootste telefoon van de demo.
handset-note = Nagebootste telefoon
messages = Berichten
no-messages = Nog geen berichten.
look-again = Opnieuw kijken
another-number = Ander nummer
which-phone = Welke telefoon?
phone-number = Telefoonnummer
show-messages = Berichten tonen
phones = Telefoons van deze operator
number-not-digits = Een telefoonnummer bestaat alleen uit cijfers, bijvoorbeeld +32 470 00 00 01.
number-too-short = Er ontbreken cijfers: een Belgisch mobiel nummer heeft tien cijfers, 0470 00 00 01.
number-too-long = Er staan te veel cijfers: een Belgisch mobiel nummer heeft tien cijfers, 0470 00 00 01.
number-foreign = Voorlopig werken alleen Belgische nummers.
number-landline = Dit is een vaste lijn. Geef het nummer van een mobiele telefoon.
number-premium = Dit is een servicenummer. Geef het nummer van een mobiele telefoon.

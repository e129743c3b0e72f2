# De teksten van de demobanken.
demo = Demo: deze bank en haar klanten zijn verzonnen.
home = Welkom
home-lead = Deze bank kan bevestigen wie haar klanten zijn. Begin in de Ipse-app en kies daar je bank.
told = Wat Ipse deze bank vertelde
told-new-phone = { $name } heeft Ipse sinds { $date } op een nieuwe telefoon.
told-other = Er is iets veranderd aan de Ipse van { $name } op { $date }.
sign-in = Aanmelden
sign-in-lead = Ipse vraagt ons wie je bent. Meld je aan; daarna zie je wat we doorgeven.
customer = Klantnaam
customer-unknown = Die klant kennen we niet. Kijk de naam na, of kies hieronder.
sign-in-button = Aanmelden
choices = Of kies een demoklant
choices-lead = Een echte bank vraagt hier je kaartlezer of haar app.
agree = Dit doorgeven aan Ipse?
agree-lead = Ipse krijgt precies dit, en niets anders van je bank:
agree-nothing = Ipse vraagt meer dan deze bank kan bevestigen. Er wordt niets doorgegeven.
agree-button = Doorgeven
refuse-button = Niet doorgeven
given-name = Voornaam
family-name = Familienaam
birthdate = Geboortedatum
nationality = Nationaliteit
national-number = Rijksregisternummer
document = Identiteitskaart
gender = Geslacht
gender-value = { $gender ->
     [female] vrouw
     [male] man
    *[other] { $gender }
 }
place-of-birth = Geboorteplaats
address = Adres
photo = Foto
photo-value = de foto op je identiteitskaart
stale = Deze vraag is niet meer geldig
stale-lead = Ze is al gebruikt, te oud, of in een andere browser begonnen. Ga terug naar Ipse en begin opnieuw.
invalid = Deze vraag klopt niet
invalid-lead = Er is niets doorgegeven. Ga terug naar Ipse en begin opnieuw.
missing = Deze pagina bestaat niet
missing-lead = Misschien is het adres verkeerd overgenomen.
checked = We lazen je identiteitskaart in ons kantoor op { $date }.
agree-after = Daarna ga je terug naar Ipse. Je rekeningen blijven hier.
document-value = { $number }, geldig tot { $expiry }
code = Code: { $code }
date = { $day } { $month ->
     [1] januari
     [2] februari
     [3] maart
     [4] april
     [5] mei
     [6] juni
     [7] juli
     [8] augustus
     [9] september
     [10] oktober
     [11] november
    *[12] december
 } { $year }

mailbox-title = Mails
mailbox-note = Een postbus voor de demo: hier staat elke mail die Ipse verstuurt, aan wie ook.
mailbox-empty = Nog geen mails.
mailbox-to = Aan
mailbox-again = Opnieuw kijken

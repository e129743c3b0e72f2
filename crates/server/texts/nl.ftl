# Aanmeldpagina van Ipse. Je-vorm, korte zinnen.

page-language = Taal van deze pagina

sign-in-title = Aanmelden bij { $partner }
sign-in-asks = { $partner } wil weten wie je bent. Je telefoon laat zien wat er gedeeld wordt; jij beslist daar.
sign-in-site = Website
sign-in-level = Nodig
sign-in-level-basic = Telefoon en code
sign-in-level-advanced = Telefoon, SIM en code

scan-heading = Scan met je telefoon
scan-how = Open de Ipse-app op je telefoon en scan deze code.
scan-fresh = De code verandert elke seconde. Een oude foto ervan werkt niet.
scan-label = QR-code om te scannen met de Ipse-app
open-heading = Op dit toestel
open-button = Open de Ipse-app
no-ipse = Nog geen Ipse?
no-ipse-link = Maak je Ipse aan

match-title = Kijk op je telefoon
match-question = Staat op je telefoon dezelfde code?
match-yes = Zo ja, keur het daar goed. Deze pagina gaat vanzelf verder.
match-yes-app = Zo ja, keur het goed in de Ipse-app. Die brengt je terug naar { $partner }.
rescan-heading = Of scan deze code
rescan-how = Je telefoon kreeg dit verzoek via een link. Vraagt de app om te scannen, scan dan deze code met de Ipse-app.
not-my-phone = Dit is niet mijn telefoon
asked-title = De telefoon van de testpersoon wordt gevraagd
asked-what = Deze site noemde een testpersoon. Die telefoon krijgt de vraag rechtstreeks, bij elke aanmelding opnieuw, en antwoordt vanzelf; je hoeft niets in te vullen of te scannen.

return-title = Ga verder in de Ipse-app
return-what = Je antwoord is binnen. De Ipse-app brengt je terug naar { $partner }.

time-left = { $minutes ->
    [0] Minder dan een minuut geldig
    [one] Nog 1 minuut geldig
   *[other] Nog { $minutes } minuten geldig
}
cancel = Annuleren
back = Terug naar { $partner }

form-post-title = U gaat verder naar { $partner }
form-post-what = Uw browser brengt het antwoord van Ipse naar { $partner }. Gebeurt er niets? Druk dan op de knop.
form-post-send = Verder
try-again = Opnieuw proberen
code = Code
request-number = Nummer van deze vraag

site-mistake-title = De aanmelding kan niet beginnen
site-mistake-what = De site die je hierheen stuurde, vroeg dit niet zoals het hoort. Er is niets gedeeld.
site-mistake-do = Ga terug naar de site en probeer het opnieuw. Blijft het gebeuren, geef de site dan het nummer hieronder.

request-expired-title = Deze vraag geldt niet meer
request-expired-what = Ze is verlopen of al gebruikt. Er is niets gedeeld.
request-expired-do = Ga terug naar de site en kies daar opnieuw voor aanmelden met Ipse.

action-expired-title = De tijd is om
action-expired-what = Er kwam niet op tijd een antwoord van je telefoon. Er is niets gedeeld.
action-expired-do = Ga terug naar { $partner } en begin opnieuw. Je krijgt dan nieuwe tijd.

action-cancelled-title = Gestopt
action-cancelled-what = Je hebt de aanmelding gestopt. Er is niets gedeeld.
action-cancelled-do = Je gaat nu terug naar { $partner }.

not-my-phone-title = Gestopt: het was een andere telefoon
not-my-phone-what = Iemand anders had de code gescand. Die telefoon kan nu niets meer goedkeuren en er is niets gedeeld.
not-my-phone-do = Ga terug naar { $partner } en begin opnieuw. Let erop dat niemand meekijkt met je scherm.

identity-blocked-title = Deze Ipse is beschermd
identity-blocked-what = Hij is geblokkeerd, en daarom is deze aanmelding gestopt. Er is niets gedeeld.
identity-blocked-do = Open de Ipse-app. Daar staat waarom, en wat je kunt doen om hem weer te gebruiken.

wrong-browser-title = Dit begon in een andere browser
wrong-browser-what = Voor je veiligheid gaat een aanmelding alleen verder waar ze begon. Hier is niets gedeeld.
wrong-browser-do = Ga naar de browser waarin je begon, of begin hier opnieuw bij de site.

action-closed-title = Deze aanmelding is al klaar
action-closed-what = Deze pagina hoort bij een aanmelding die al is afgerond of gestopt.
action-closed-do = Wil je je nog eens aanmelden? Begin dan opnieuw bij de site.

prompt-open-title = Er staat al een vraag open
prompt-open-what = Deze persoon heeft nog een vraag van dezelfde site op de telefoon. Er is niets gedeeld.
prompt-open-do = Beantwoord die eerst op de telefoon, of wacht tot ze verlopen is.

busy-title = Het is even druk
busy-what = We konden dit nu niet verwerken. Er is niets gedeeld en niets verloren.
busy-do = Wacht een paar tellen en probeer het opnieuw.

clock-title = Onze klok loopt niet goed
clock-what = Tot onze klok weer goed loopt, verwerken we niets. Er is niets gedeeld en niets verloren.
clock-do = Wacht tien minuten en probeer het opnieuw.

server-error-title = Dit ligt aan ons
server-error-what = Wij konden deze stap niet uitvoeren en zijn gestopt. Er is niets gedeeld.
server-error-do = Begin over een minuut opnieuw bij de site. Blijft het gebeuren, geef ons dan het nummer hieronder.

page-unknown-title = Deze pagina bestaat niet
page-unknown-what = Het adres klopt niet, of de pagina is verhuisd.
page-unknown-do = Ga terug naar de site waar je je wilt aanmelden.

me-title = Je Ipse
me-start-what = Bekijk welke sites iets van je kregen, wat en wanneer. Je telefoon vraagt het je eerst.
me-start-button = Verder met mijn telefoon
me-login-title = Je Ipse in deze browser bekijken
me-login-asks = Je telefoon vraagt het je eerst. Dan toont deze browser wie iets van je kreeg, wat en wanneer. De gegevens zelf toont hij niet.
me-export-title = Je gegevens bekijken en downloaden
me-export-asks = Je telefoon vraagt het je eerst, met SIM en code. Dan toont deze browser tien minuten lang alles wat Ipse over je bewaart. Scan de code met de Ipse-app zelf, of open de app op dit toestel: een link of foto die iemand stuurde, werkt niet.
me-left = { $minutes ->
    [0] Je bent nog minder dan een minuut aangemeld
    [one] Je bent nog 1 minuut aangemeld
   *[other] Je bent nog { $minutes } minuten aangemeld
}
me-sign-out = Afmelden
me-partners = Wie iets van je kreeg
me-none = Nog niemand. Als je ergens aanmeldt of gegevens deelt, vind je het hier.
me-got = Wat
me-got-nothing = Alleen dat jij het bent
me-last = Laatste keer
me-first = Eerste keer
me-times = Hoe vaak
me-withdrawn = Je trok je toestemming in op { $day }.
me-erase = Wat ze hebben, hebben ze nog: vraag { $partner } om het te wissen.
me-data-heading = Je gegevens
me-data-what = Wil je de gegevens zelf zien en alles downloaden wat Ipse over je bewaart? Zeg dan nog eens ja op je telefoon, met SIM en code.
me-data-button = Mijn gegevens bekijken en downloaden
me-data-open = Je zei ja op je telefoon. Deze browser mag je gegevens tonen tot je afmeldt.
me-data-see = Mijn gegevens bekijken
me-all-title = Alles wat Ipse over je bewaart
me-all-what = Stand van { $day }. Het bestand bevat hetzelfde en meer: eerdere foto’s, nummers van bewijzen, wat de bank ondertekende. Bewaar het goed: wie het heeft, kent je.
me-download = Downloaden als bestand
me-identity = Je Ipse
me-status = Toestand
me-active = Klaar voor gebruik
me-blocked = Beschermd: geblokkeerd
me-closed = Gesloten
me-since = Sinds
me-number = Nummer
me-known = Wat over je bekend is
me-known-since = Sinds { $day }
me-contact = E-mail en SIM
me-email = E-mailadres, gecontroleerd
me-sim = SIM, verbonden
me-devices = Je telefoons, en wat daar bewijst dat jij het bent
me-device-over = Niet meer in gebruik
me-last-used = Laatst gebruikt
me-key = Sleutel van de telefoon
me-code = Code
me-fingerprint = Vingerafdruk of gezicht
me-proof-since = sinds { $day }; Ipse kan het niet lezen
me-given = Wat je gaf
me-withdrawn-label = Ingetrokken
me-yes = Ja
me-no = Nee
me-photo = Foto
me-asked = Alles wat gevraagd werd
me-kind-login = aanmelden
me-kind-share = gegevens delen
me-kind-confirm = bevestiging
me-kind-sim = SIM verbinden
me-kind-code = code wijzigen
me-kind-fingerprint = vingerafdruk of gezicht
me-kind-email = e-mailadres
me-kind-unblock = deblokkeren
me-kind-export = je gegevens
me-open = open
me-approved = goedgekeurd
me-refused = geweigerd
me-expired = tijd was om
me-cancelled = gestopt
me-receipts = Bewijzen
me-receipts-count = { $count ->
    [one] 1 bewijs. Je kunt het controleren in de Ipse-app.
   *[other] { $count } bewijzen. Je kunt elk bewijs controleren in de Ipse-app.
}
me-nothing = Niets
session-over-title = Je bent afgemeld
session-over-what = Voor je veiligheid eindigt dit na tien minuten, als een andere browser het overneemt, en zodra er iets aan je Ipse verandert.
session-over-do = Meld je nog eens aan met je telefoon om verder te gaan.
action-refused-title = Je zei nee
action-refused-what = Je zei nee op je telefoon. Er is niets getoond.
action-refused-do = Wilde je het toch? Begin dan opnieuw.

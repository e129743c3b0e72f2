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

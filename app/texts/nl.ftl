# Ipse, de app op de telefoon. Nederlands, met je. Korte zinnen; wat er gebeurde en wat je doet.

skip = Naar de inhoud
back = Terug
next = Verder
cancel = Annuleren
try-again = Probeer opnieuw
start-over = Begin opnieuw
go-home = Naar het begin
demo = Demo
today = Vandaag
loading = Een ogenblik
loading-note = We halen dit op bij Ipse.
language = Taal
tabs = Delen van de app
tab-home = Begin
tab-scan = Scannen
tab-history = Historiek
tab-settings = Jij
open-requests = wachten

handset-title = Berichten op deze telefoon
handset-note = Demo: sms’en naar { $number } en mails naar je adres verschijnen hier.
handset-empty = Nog geen berichten.

## Welkom en inschrijven

welcome-title = Je identiteit, op je telefoon
welcome-lead = Meld je aan en bevestig met Ipse, in plaats van met wachtwoorden en kaartlezers.
welcome-phone = Je telefoonnummer en je SIM
welcome-bank = Je bank zegt wie je bent
welcome-code = Een code van vijf cijfers die alleen jij kent
welcome-begin = Maak je Ipse
welcome-link = Een site vraagt wie je bent. Maak eerst je Ipse. Duurt dat lang, begin dan opnieuw op de site.
welcome-moves = Staat je Ipse op een andere telefoon? Dan verhuist hij naar hier.

enrol-step = Stap { $at } van { $of }

number-title = Wat is je telefoonnummer?
number-why = Ipse werkt met de SIM in deze telefoon.
number-label = Telefoonnummer
number-hint = Bijvoorbeeld 0470 12 34 56
number-wrong = Met dit nummer lukt het niet. Kijk de cijfers na.
number-landline = Dit is geen mobiel nummer. Ipse heeft een nummer met een SIM nodig.

sim-operator = Operator
sim-connect = Stuur de sms
sim-without = Ga verder zonder SIM
sim-other-number = Gebruik een ander nummer
sim-ready-title = Je SIM is klaar
sim-ready = { $operator } kent deze SIM en kan ze met je Ipse verbinden.
    .do = Je krijgt een sms met zes cijfers. Hou deze telefoon bij de hand.
sim-upgradable-title = Je SIM moet worden bijgewerkt
sim-upgradable = Deze SIM kan nog niet worden verbonden.
    .do = Je kunt nu verdergaan en je eenvoudig aanmelden. Vraag { $operator } om je SIM bij te werken en verbind ze later in deze app.
sim-incompatible-title = Je SIM is te oud
sim-incompatible = Deze SIM kan niet met Ipse werken.
    .do = Je kunt nu verdergaan en je eenvoudig aanmelden. Vraag { $operator } een nieuwe SIM met hetzelfde nummer en verbind ze later in deze app.
sim-unknown-title = We kennen dit nummer niet
sim-unknown = Geen enkele operator die met Ipse werkt, kent dit nummer.
    .do = Kijk de cijfers na, of neem een nummer van een andere operator.

secret-title = Welke cijfers kreeg je?
secret-why = Een sms met zes cijfers is op weg naar { $number }.
secret-label = Zes cijfers
secret-again = Stuur opnieuw
secret-sent-again = Een nieuw bericht is op weg. De vorige cijfers gelden niet meer.

bank-title = Welke bank kent je?
bank-why = Je bank heeft je identiteitskaart gecontroleerd. Meld je daar aan, dan laat ze aan Ipse weten wie je bent.
bank-own-site = Opent de site van de bank
bank-note = Ipse ziet je rekeningen niet, en de bank ziet niet waar je Ipse gebruikt.

vouched-title = Ben jij dit, { $name }?
vouched-why = { $bank } bevestigt:
vouched-yes = Ja, dat ben ik
vouched-no = Nee, terug naar de banken
vouched-note = Klopt er iets niet meer? Laat het eerst bij je bank aanpassen.
vouched-replaces = Je hebt al een Ipse. Als je doorgaat, neemt deze telefoon het over: je andere telefoon werkt dan niet meer met Ipse. Sites blijven je kennen als dezelfde persoon.
given-name = Voornamen
family-name = Familienaam
birthdate = Geboren op
nationality = Nationaliteit
document-number = Identiteitskaart
gender = Geslacht
gender-female = vrouw
gender-male = man
place-of-birth = Geboren in
address = Adres
photo = Foto
photo-given = van je bank

code-title = Kies een code van vijf cijfers
code-why = Je tikt hem telkens als je iets goedkeurt. Hij wordt nergens bewaard, en niemand van Ipse vraagt er ooit naar.
code-again-title = Tik dezelfde code nog eens
code-again-why = Zo sluiten we een tikfout uit.
code-locking = We beveiligen je code.
code-refused-length = Een code heeft vijf cijfers.
code-refused-same-digits = Vijf keer hetzelfde cijfer is wat iedereen eerst probeert. Kies een andere code.
code-refused-sequence = Cijfers op een rij zijn makkelijk te raden. Kies een andere code.
code-refused-pattern = Deze code volgt een patroon dat makkelijk te raden is. Kies een andere code.
code-refused-phone-number = Dit zijn de laatste cijfers van je telefoonnummer. Kies een andere code.
code-refused-birth-date = Hier staat je geboortejaar in. Kies een andere code.
code-refused-different = De twee codes waren niet gelijk. Kies je code nog eens.
pad-count = { $count } van { $of } cijfers getikt
pad-erase = Wis het laatste cijfer

biometric-title = Ook met vingerafdruk of gezicht?
biometric-why = Dan keur je eenvoudige dingen goed zonder je code te tikken.
biometric-note = Je vingerafdruk of gezicht blijft op deze telefoon. Je code blijft ook werken.
biometric-yes = Ja, stel het in
biometric-no = Nee, alleen mijn code
biometric-later = Lukt het niet? Ga verder met alleen je code. Je kunt dit later nog instellen.
finishing-title = Bijna klaar

ready-title = Welkom, { $name }
ready-advanced = Je Ipse is klaar: telefoon, SIM en code zijn alle drie verbonden.
ready-basic = Je Ipse is klaar om je eenvoudig aan te melden. Verbind een SIM voor al het andere.
ready-replaced = Je Ipse staat nu op deze telefoon. Je andere telefoon werkt er niet meer mee.
limited-soon = Voor je veiligheid kan deze telefoon voorlopig alleen eenvoudige aanmeldingen. We melden de nieuwe telefoon eerst aan je oude nummer.
limited-until = Voor je veiligheid kan deze telefoon tot { $time } alleen eenvoudige aanmeldingen.
enrol-again-code = Opnieuw je code kiezen
enrol-again-bank = Opnieuw naar mijn bank
ready-how = Kies op een site “Aanmelden met Ipse”. Scan dan met deze app de code op het scherm.
ready-home = Naar mijn Ipse
ready-continue = Verder naar de vraag

## Begin

home-title = Dag { $name }
home-scan = Scan een code
status-active = Klaar voor gebruik
status-suspended = Beschermd
status-closed = Gesloten
status-blocked-note = Niemand kan je Ipse nu gebruiken, op geen enkele site.
level-advanced = Telefoon, SIM en code zijn verbonden.
level-basic = Telefoon en code zijn verbonden, je SIM niet. Daarmee kun je je eenvoudig aanmelden.
level-short-advanced = Uitgebreid (telefoon, SIM en code)
level-short-basic = Basis (telefoon en code)
open-title = Wacht op je antwoord
open-none = Er wacht niets op je.
returning-title = Mag terugkomen
returning-why = Deze browsers mogen terugkomen zonder het je te vragen. Dat liet je toe toen je je aanmeldde.
returning-until = { $browser }, tot { $time }
returning-stop = Nu stoppen
past-title = Recent
past-more = Bekijk alles
wrong-since-last = { $count ->
    [one] Sinds je vorige goedkeuring is één keer een verkeerde code getikt. Was jij dat niet? Blokkeer je Ipse.
   *[other] Sinds je vorige goedkeuring is { $count } keer een verkeerde code getikt. Was jij dat niet? Blokkeer je Ipse.
}

reason-person = Je hebt je Ipse zelf geblokkeerd.
    .do = Hef de blokkering op met je code als je zeker bent dat alles in orde is.
reason-code-exhausted = Er is te vaak een verkeerde code getikt.
    .do = Meld je aan bij je bank en kies een nieuwe code.
reason-sim-changed = Je nummer zit nu op een andere SIM.
    .do = Deed je dit zelf, verbind dan de nieuwe SIM. Zo niet, bel nu je operator.
reason-sim-lost = Je SIM is als verloren gemeld.
    .do = Heb je een nieuwe SIM met je nummer, verbind ze dan hier.
reason-device-lost = Deze telefoon is als verloren gemeld.
    .do = Maak je Ipse opnieuw op je nieuwe telefoon, met je bank.
reason-contested = Een vroegere telefoon van je zei dat de nieuwe telefoon niet van jou is.
    .do = Ga naar je bank en bewijs wie je bent. Alleen dat heft deze blokkering op.
reason-document = Je identiteitskaart is niet meer geldig.
    .do = Haal een nieuwe kaart bij je gemeente en toon dan opnieuw wie je bent.
reason-registrar = Je bank bevestigt niet langer wie je bent.
    .do = Vraag je bank waarom, en meld je er dan opnieuw aan.
reason-deceased = Volgens het bevolkingsregister is de houder overleden.
    .do = Is dat een vergissing? Neem contact op met je gemeente.
reason-fraud = Ipse zag tekenen van misbruik. Je Ipse is geblokkeerd om je te beschermen.
    .do = Neem contact op met de hulp van Ipse. Hou je identiteitskaart bij de hand.
reason-other = Je Ipse is geblokkeerd. Deze app kan niet tonen waarom.
    .do = Sluit de app en open ze opnieuw om de nieuwste versie te krijgen. Zie je de reden dan nog niet, neem contact op met de hulp van Ipse.
way-block = Hef de blokkering op
way-recover = Naar mijn bank
way-new-sim = Verbind de nieuwe SIM

## Scannen

scan-title = Scan de code op de site
scan-how = Hou de vierkante code van het andere scherm binnen het kader.
scan-camera = Wat de camera ziet
scan-no-camera = Er is geen camera, of de app mag ze niet gebruiken. Kies een foto of plak de tekst hieronder.
scan-otherwise = Andere manieren
scan-picture = Kies een foto van de code
scan-text = Tekst van de code
scan-paste = Plakken
claiming = We halen de vraag op
claiming-note = Je ziet ze zo meteen. Er gebeurt niets als jij het niet goedkeurt.

## Een vraag

verified = Gecontroleerde site:
they-get = { $partner } krijgt
share-kept = Dit houd je voor jezelf
share-was-kept = Je hield dit voor jezelf
share-was-missing = Dit had je niet
missing-title = { $partner } vraagt ook
missing-add-email = Mijn e-mailadres toevoegen
missing-fetch-bank = Ophalen bij mijn bank
missing-waits = Je kunt het eerst toevoegen: dit verzoek wacht tot tien minuten. Of ga verder zonder.
missing-without = Je kunt verdergaan zonder.
fetch-bank-title = Wat je bank weet
fetch-bank-why = Meld je aan bij een bank die je kent. Ze geeft Ipse wat de site vraagt en jij nog niet hebt, zoals je adres of foto.
fetch-bank-note = Daarna kom je terug bij het verzoek, dat tot tien minuten wacht. Wat de bank geeft, vervangt wat Ipse van een bank had. De site krijgt niets tot je bevestigt.
match-ask = Staan deze drie tekens ook waar je begon?
started = Begonnen
started-app = Op deze telefoon, { $browser }
started-qr = Op een ander scherm, { $browser }
started-link = Via een link, { $browser }
started-backchannel = Zonder browser
warning-started_elsewhere = Deze vraag kwam via een link, niet van je eigen scherm. Ga alleen verder als je zelf begonnen bent.
scan-instead = Scan liever de code op de site
level = Niveau
valid-until = Geldig tot
what-after = Als je verdergaat, bevestig je met je code of vingerafdruk. Pas dan krijgt { $partner } een antwoord.
what-after-code = Als je verdergaat, bevestig je met je code.
what-after-confirm = Als je verdergaat, bevestig je met je code of vingerafdruk. Zonder dat gebeurt er niets.
expires-soon = Nog minder dan een minuut. Te laat? Begin opnieuw op de site.
refuse = Weigeren
continue = Verder
not-me = Ik heb dit niet gevraagd
confirm-code-title = Je code
confirm-biometric-title = Bevestig met je vingerafdruk of gezicht
confirm-biometric = Bevestigen
use-code = Gebruik mijn code
use-biometric = Gebruik mijn vingerafdruk of gezicht
tries-left = { $count ->
    [one] Nog één poging. Daarna wordt je Ipse geblokkeerd om je te beschermen.
   *[other] Nog { $count } pogingen.
}
contacting-sim = Contact met je SIM…
confirming = We bevestigen

unsupported-title = Deze app kan deze vraag niet tonen
unsupported-why = De vraag heeft een nieuwere versie van de app nodig. Werk de app bij, of weiger de vraag.
unsupported-do = { $partner } krijgt niets zolang je niet de hele vraag hebt gezien. Zie je dit scherm na het bijwerken opnieuw, weiger dan.
update-app = Bijwerken

outcome-approved-title = In orde
outcome-refused-title = Geweigerd
outcome-approved-what = Je zei ja tegen { $partner }.
outcome-shared = { $partner } kreeg dit van je.
outcome-confirmed = Je hebt dit bevestigd. { $partner } kreeg het bewijs.
outcome-picture = De foto die je zag
outcome-refused-what = Je zei nee. { $partner } kreeg niets van je.
outcome-refused-confirm = Je zei nee. { $partner } hoort dat, en er gebeurt niets.
outcome-code = Je code is veranderd. Gebruik vanaf nu je nieuwe code.
outcome-fingerprint-added = Je kunt nu ook met je vingerafdruk of gezicht bevestigen.
outcome-fingerprint-removed = Je bevestigt nu alleen nog met je code.
outcome-email-set = Je e-mailadres is ingesteld. Een site die erom vraagt, krijgt het als jij ja zegt.
outcome-email-removed = Je e-mailadres is verwijderd.
outcome-export = Je gegevens zijn tien minuten lang open.
outcome-waiting = Verder bij { $partner }
outcome-sim = Je nieuwe SIM is verbonden.
outcome-unblock = De blokkering is opgeheven. Je Ipse werkt weer.
outcome-nothing-changed = Je zei nee, dus er is niets veranderd.
outcome-look-there = Kijk op het andere scherm: het gaat daar vanzelf verder.
outcome-return = Terug naar { $domain }
wasnt-me = Dit was ik niet
wasnt-me-approved = We blokkeren je Ipse meteen overal, en noteren dat jij dit niet hebt goedgekeurd.
wasnt-me-other = We blokkeren je Ipse meteen overal, en noteren dat jij hier niet om vroeg.
wasnt-me-block = Blokkeer mijn Ipse
reported = Je Ipse is geblokkeerd en je melding is genoteerd.
    .do = Zeg het ook aan de site. Met je code hef je de blokkering weer op.

kind-login = Aanmelden
kind-code = Code veranderd
kind-fingerprint = Vingerafdruk of gezicht
kind-email = E-mailadres
kind-export = Je gegevens
kind-share = Gegevens
kind-confirm = Bevestiging
kind-sim = Nieuwe SIM
kind-unblock = Blokkering opheffen
kind-unknown = Andere vraag
outcome-created = Wacht
outcome-linked = Wacht
outcome-approved = Goedgekeurd
outcome-delivered = Goedgekeurd
outcome-refused = Geweigerd
outcome-expired = Verlopen
outcome-cancelled = Afgebroken
outcome-returned = Teruggekomen zonder te vragen
returned-why = Deze browser kwam terug. Dat liet je toe toen je de aanmelding goedkeurde.
outcome-withdrawn = Toestemming ingetrokken

## Wat elke site kreeg, en hoe je dat stopt

partners-title = Wie kreeg wat
partners-note = Wat elke site van je kreeg
partners-why = Elke site die via Ipse iets van je kreeg. Open er een om te zien wat het was, of om je toestemming in te trekken.
partners-none = Nog geen enkele site kreeg iets van je.
partner-got = Dit kreeg { $partner } van je
partner-note = Bekijk alles, of trek je toestemming in
partner-nothing = Geen gegevens. { $partner } herkent je alleen als je terugkomt.
partner-no-details = Geen gegevens
partner-more = nog { $count }
partner-purpose = Waarvoor
partner-first = Eerste keer
partner-last = Laatste keer
partner-answers = Hoe vaak
partner-times = { $count } keer
partner-requests = Vragen van { $partner }
partner-receipts = Bij elke vraag hoort een bewijs.
attribute-name = Naam
attribute-given-name = Voornaam
attribute-family-name = Familienaam
attribute-locale = Taal
attribute-email = E-mailadres
attribute-email-verified = Dat je e-mailadres klopt
attribute-birthdate = Geboortedatum
attribute-age-gte-16 = Of je 16 of ouder bent
attribute-age-gte-18 = Of je 18 of ouder bent
attribute-age-gte-21 = Of je 21 of ouder bent
attribute-age-gte-30 = Of je 30 of ouder bent
attribute-gender = Geslacht
attribute-place-of-birth = Geboorteplaats
attribute-nationalities = Nationaliteit
attribute-picture = Foto
attribute-be-national-number = Rijksregisternummer
attribute-address = Adres
attribute-phone-number = Telefoonnummer
attribute-phone-number-verified = Dat je telefoonnummer klopt
attribute-document-number = Nummer van je document
attribute-document-type = Soort document
attribute-document-valid-until = Tot wanneer je document geldig is
attribute-verified-by = Wie heeft nagekeken wie je bent
attribute-verified-on = Wanneer is nagekeken wie je bent
attribute-identification-mode = Hoe is nagekeken wie je bent
attribute-document-issuer = Land van je document
attribute-trust-framework = Volgens welke regels is nagekeken wie je bent
attribute-assurance-level = Hoe grondig is nagekeken wie je bent
attribute-device-age = Hoe lang je telefoon je Ipse heeft
attribute-device-key = Waar de sleutel van je telefoon zit
attribute-sim-age = Hoe lang je SIM dezelfde is
attribute-other = Een ander gegeven ({ $name })
withdraw = Toestemming intrekken
withdraw-title = Trek je je toestemming in?
withdraw-now = Intrekken
withdraw-why = Dit geldt voor alles wat je tot nu toe voor { $partner } goedkeurde.
withdraw-ends = Dit stopt meteen.
    .what = Met wat je goedkeurde, kan { $partner } niets meer opvragen. Browsers die daar terugkwamen zonder te vragen, moeten het je weer vragen.
withdraw-told = { $partner } krijgt bericht.
    .what = Ipse laat weten dat je je toestemming introk, en waarvoor.
withdraw-untold = { $partner } krijgt geen bericht.
    .what = De site neemt hierover geen berichten van Ipse aan. Zeg het dus zelf.
withdraw-stays = Wat { $partner } al heeft, blijft daar.
    .what = Ipse kan dat niet terughalen. Alleen { $partner } kan het wissen, en jij hebt het recht om dat te vragen.
withdraw-again = Je kunt er nog altijd terecht.
    .what = Vraagt { $partner } je opnieuw iets, dan beslis je opnieuw.
withdrawn-title = Toestemming ingetrokken
withdrawn = Je trok je toestemming in. { $partner } krijgt via Ipse niets meer van je, tenzij je opnieuw ja zegt.
withdrawn-on = Toestemming ingetrokken: { $time }
withdraw-receipt = Bewijs van het intrekken
erase-how = Hoe laat je je gegevens wissen?
erase-title = Laat { $partner } je gegevens wissen
erase-right = Ipse kan dit niet voor je doen, en weet niet naar welk adres je moet schrijven. Je vindt het in de privacyverklaring op { $domain }. { $partner } moet je binnen een maand antwoorden.
erase-label = Een tekst die je kunt sturen
erase-everything = alles wat jullie van mij weten
erase-letter =
    Aan { $partner } ({ $domain })

    Op { $day } trok ik de toestemming in die ik jullie via Ipse gaf. Wis de gegevens die jullie zo van mij kregen:

    { $details }

    Artikel 17 van de AVG geeft me dat recht.

    Willen jullie me binnen een maand bevestigen dat het gebeurd is? Moeten jullie er een deel van bewaren, laat me dan weten welk deel en waarom.

    { $name }
letter-copy = Kopieer de tekst
letter-copied = Gekopieerd. Plak de tekst in een mail of een formulier.
letter-selected = De tekst is geselecteerd. Kopieer hem nu.

history-title = Historiek
history-why = Elke vraag, ook wat je weigerde of liet verlopen, en alles wat er verder met je Ipse gebeurde.
history-more = Toon wat eerder gebeurde
ended-not-me = Je zei dat je dit niet vroeg
ended-wrong-details = Je zei dat de gegevens niet klopten
ended-superseded = Vervangen door een nieuwere vraag
ended-browser = Afgebroken in de browser
ended-level = Deze telefoon kon niet wat gevraagd werd
ended-new-phone = Afgebroken, want je Ipse verhuisde naar een nieuwe telefoon
ended-blocked = Afgebroken, want je Ipse werd geblokkeerd
event-other = Er veranderde iets
event-notice = Je oude nummer kreeg bericht over je nieuwe telefoon
event-bank = Bevestigd door { $bank }
event-reported = Je zei dat een vraag niet van jou kwam.
told-untold = { $partner } kreeg geen bericht: de site neemt er geen aan
told-waiting = { $partner } krijgt bericht
told-accepted = { $partner } kreeg bericht
told-refused = { $partner } kreeg bericht, maar nam het niet aan
told-expired = { $partner } was niet te bereiken
past-outcome = Resultaat
past-when = Wanneer
past-domain = Site
past-other-device = Deze vraag staat open op een ander scherm.

## Bewijzen

receipt-see = Bekijk het bewijs
receipt-title = Bewijs
receipt-checking = We kijken het bewijs na
receipt-requester = Gevraagd door
receipt-what = Vraag
receipt-browser = Browser
receipt-bank = Bevestigd door
receipt-why = Reden
receipt-factor = Bevestigd met
receipt-shown = Wat je te zien kreeg
receipt-chosen = Jij koos
choice-on = Aan
choice-off = Uit
receipt-checks = Nagekeken door deze telefoon
receipt-correct = Alles klopt.
receipt-other = Wat deze telefoon kan nakijken, klopt.
receipt-pending = Tot nu toe klopt alles. Over enkele seconden staat het in het logboek.
receipt-incorrect = Er klopt iets niet. Bewaar deze pagina (druk ze af) en neem contact op met de hulp van Ipse.
receipt-print = Afdrukken
receipt-place = regel { $index } van { $size }
receipt-kind-approval = Je keurde goed
receipt-kind-refusal = Je weigerde
receipt-kind-expiry = Een vraag verliep
receipt-kind-block = Je Ipse werd geblokkeerd
receipt-kind-unblock = De blokkering werd opgeheven
receipt-kind-enrolment = Je Ipse werd gemaakt
receipt-kind-recovery = Je koos een nieuwe code
receipt-kind-device = Een toestel veranderde
receipt-moved = Je Ipse verhuisde naar een nieuwe telefoon
receipt-kind-sim = Een SIM werd verbonden
receipt-kind-return = Een browser kwam terug
receipt-kind-attributes = Je bank gaf gegevens
receipt-kind-withdrawal = Je trok je toestemming in
factor-code = Code
factor-unlock = Vingerafdruk of gezicht
check-committed-yes = Dit bewijs is van jou en is niet veranderd.
check-committed-no = Dit bewijs past niet bij het logboek.
check-committed-pending = Nog niet nagekeken.
check-mine-yes = Deze telefoon heeft het ondertekend.
check-mine-no = De handtekening van deze telefoon ontbreekt.
check-mine-other = Een andere telefoon van je heeft het ondertekend. Alleen die kan dat nakijken.
check-mine-pending = Nog niet nagekeken.
check-promised-yes = Ipse heeft ondertekend dat dit bewijs in het logboek komt.
check-promised-no = De belofte van Ipse is niet geldig.
check-promised-pending = Nog niet nagekeken.
check-logged-yes = Het staat in het ondertekende logboek. Niemand kan het daaruit halen.
check-logged-now = Het staat in het logboek dat Ipse nu toont.
check-logged-no = Het staat niet in het ondertekende logboek.
check-logged-pending = Over enkele seconden staat het in het logboek.
check-logged-overdue = Het zou nu in het ondertekende logboek moeten staan, maar dat is niet zo.
check-continues-yes = In het logboek staat nog alles wat deze telefoon onthield: toen { $before } regels, nu { $size }.
check-continues-no = Dit is niet het logboek dat deze telefoon onthield.
check-continues-first = Deze telefoon wist nog niets van het logboek. Vanaf nu onthoudt ze { $size } regels, en merkt ze het als er een ontbreekt.
check-continues-pending = Er is nog geen ondertekend logboek.
log-forgot-title = Er is iets uit het logboek van Ipse verdwenen
log-forgot-what = Elke beslissing komt in een logboek dat Ipse ondertekent. Deze telefoon onthoudt dat logboek, en het was eerder langer. Niemand mag er iets uit halen.
log-forked-title = Het logboek van Ipse is veranderd
log-forked-what = Elke beslissing komt in een logboek dat Ipse ondertekent. Het logboek dat Ipse nu toont, is niet dat wat deze telefoon onthield. Niemand mag het veranderen, of jou een ander logboek tonen dan anderen.
log-overdue-title = Ipse heeft een belofte niet gehouden
log-overdue-what = Ipse heeft ondertekend dat dit bewijs nu in het logboek zou staan. Het staat er niet in. Kijk eerst of de klok van deze telefoon juist staat.
log-do = Kopieer of bewaar het bewijsstuk. Stuur het naar de hulp van Ipse en naar de toezichthouder van Ipse. De handtekening van Ipse zelf staat erop, dus Ipse kan het niet ontkennen. Je bewijzen blijven geldig.
log-noticed = Gemerkt
log-remembered = Deze telefoon onthield
log-received = Ipse toont nu
log-promised = Beloofd tegen
log-head = { $size } regels, ondertekend op { $time }
log-head-none = helemaal geen logboek
log-copy = Bewijsstuk kopiëren
log-copied = Gekopieerd
log-copy-failed = Kopiëren lukt hier niet. Bewaar het bewijsstuk.
log-save = Bewijsstuk bewaren
log-receipt = Bewijs tonen
log-earlier = Op { $day } klopte het logboek niet met wat deze telefoon onthield. De telefoon bewaart het bewijsstuk.
log-show = Bewijsstuk tonen

## Jij

settings-title = Jij
settings-name = Naam
settings-sim = SIM
settings-biometric = Vingerafdruk of gezicht
settings-email = E-mailadres
export-title = Mijn gegevens downloaden
export-what = Je krijgt alles wat Ipse over je bewaart in één bestand: wie je bent, je telefoons en alles wat je goedkeurde.
export-confirm = Je bevestigt met je code, en ook je SIM wordt gevraagd.
export-browser = Liever op een computer? Ga daar naar { $address }.
export-save = Bestand bewaren
export-saved = Bewaard. Zorg er goed voor: wie het heeft, kent je.
email-none = Niet toegevoegd
biometric-now-on = Ingesteld
biometric-now-off = Niet ingesteld
sim-now-connected = Verbonden, { $operator }
sim-now-none = Niet verbonden
sim-now-changed = Veranderd
sim-now-moved = Je nummer heeft een andere SIM
devices-title = Je toestellen
devices-why = Elke telefoon die in jouw naam kan handelen, of dat vroeger kon.
device-this = Dit toestel
device-since = Sinds { $time }
device-used = Laatst gebruikt op { $time }
device-suspended = Buiten gebruik
device-replaced = Vervangen door een andere telefoon
device-removed = Verwijderd
replaced-title = Je Ipse staat op een andere telefoon
replaced-what = Iemand die je bank als jou herkende, heeft je Ipse naar een andere telefoon verhuisd. Deze telefoon kan hem niet meer gebruiken. Was jij dat zelf, dan hoef je hier niets te doen.
replaced-not-me = Dit was ik niet
replaced-start = Ipse opnieuw instellen op deze telefoon
replaced-until = Was jij dat niet? Zeg het dan vóór { $time }. Je Ipse wordt dan meteen geblokkeerd.
replaced-late = Was jij dat niet? Stel Ipse dan opnieuw in op deze telefoon, met je bank. Zo vervang je de andere telefoon.
contested-title = Je Ipse is geblokkeerd
contested-what = Niemand kan je Ipse nu gebruiken, ook niet op de andere telefoon.
contested-do = Ga naar je bank en bewijs wie je bent. Dan komt je Ipse terug op deze telefoon.
contested-next = Ipse instellen met mijn bank
install-title = Zet Ipse op het beginscherm
about-title = Over Ipse
about-what = Met Ipse zeg je wie je bent, met je telefoon, je SIM en je code samen.
about-code = Je code staat niet op deze telefoon en niet bij Ipse. Elke beslissing krijgt een bewijs dat je zelf kunt nakijken.
about-scheme = Beheerd door
about-profile = Profiel
about-terms = Voorwaarden
about-device = Toestel
about-font = Letter: Atkinson Hyperlegible Next, SIL Open Font License.

block-title = Blokkeer mijn Ipse
block-note = Meteen, overal
block-blocked-title = Je Ipse is beschermd
block-why = Ben je je telefoon kwijt, of vertrouw je iets niet? Blokkeer je Ipse meteen.
block-what-1 = Geen enkele site kan hem nog gebruiken.
block-what-2 = Wat nu bezig is, stopt.
block-what-3 = Met je code hef je de blokkering weer op.
block-now = Blokkeer nu
unblock = Hef de blokkering op
unblock-how = Je heft de blokkering op met je code.

recover-title = Kies een nieuwe code via je bank
recover-why = Meld je aan bij een bank waar je klant bent. Daarna kies je op deze telefoon een nieuwe code.

change-code-title = Mijn code veranderen
forgot-code = Ik ben mijn code vergeten
change-code-bank = Je hebt geen verbonden SIM. Je bank kan bevestigen wie je bent; dan kies je een nieuwe code.
change-code-next = Daarna bevestig je met je oude code.
fingerprint-on = Ingesteld op deze telefoon
fingerprint-off = Niet ingesteld op deze telefoon
fingerprint-remove-why = Wil je dit niet meer gebruiken? Dan bevestig je alleen nog met je code.
fingerprint-none = Deze telefoon kent je vingerafdruk of gezicht nog niet. Stel dat eerst in bij de instellingen van je telefoon.
fingerprint-add = Instellen
fingerprint-remove = Niet meer gebruiken
fingerprint-next = In de volgende stap vragen we je code.
email-title = Voeg je e-mailadres toe
email-label = Je e-mailadres
email-why = Sommige sites willen je schrijven. Ze krijgen je adres alleen als jij ja zegt. Eerst sturen we een mail, om te zien dat het adres van jou is.
email-send = Stuur me een code
email-code-title = Welke cijfers staan in de mail?
email-code-why = Een mail met zes cijfers is op weg naar dit adres.
email-late = Geen mail? Kijk bij ongewenste mail (spam), of ga terug en controleer het adres. De cijfers zijn tien minuten geldig. Daarna bevestig je met je code.
email-mailbox = Open de postbus van de demo
email-have = Een site die erom vraagt, krijgt het alleen als jij ja zegt.
email-change = Gebruik een ander adres
email-remove = Verwijder mijn adres
email-unavailable = Je kunt nu geen e-mailadres toevoegen.
new-sim-title = Verbind een SIM
new-sim-why = Nieuwe SIM voor { $number }? Steek ze in deze telefoon en verbind ze.
new-sim-how = Je krijgt een sms met zes cijfers en bevestigt daarna met je code.
new-sim-moved = { $number } hoort nu bij een andere SIM. Geef het nummer van je eigen SIM.
new-sim-other = Ik heb een ander nummer
new-sim-same = Ik heb hetzelfde nummer

## Problemen: wat er gebeurde, en wat je doet

problem-code = Code: { $code }
problem-malformed_request = Ipse begreep deze app niet.
    .do = Sluit de app en open ze opnieuw, dan heb je de nieuwste versie.
problem-too_large = Dit was te groot om te versturen.
    .do = Sluit de app, open ze opnieuw en begin opnieuw.
problem-unsupported_media_type = Ipse begreep deze app niet.
    .do = Sluit de app en open ze opnieuw, dan heb je de nieuwste versie.
problem-device_signature_invalid = Ipse kent deze telefoon niet meer.
    .do = Begin hier opnieuw, met je telefoonnummer en je bank.
problem-device_suspended = Ipse aanvaardt deze telefoon niet meer, om je te beschermen.
    .do = Begin hier opnieuw, met je bank. Wordt dat geweigerd, neem dan contact op met de hulp van Ipse en hou je identiteitskaart bij de hand.
problem-device_replaced = Je Ipse staat op een andere telefoon.
    .do = Gebruik die telefoon. Heb jij hem niet verhuisd? Zeg het hier of ga naar je bank.
problem-device_copied = Er lijkt een kopie van deze app in gebruik.
    .do = Je Ipse is overal geblokkeerd om je te beschermen. Begin hier opnieuw, met je bank; wordt dat geweigerd, neem dan contact op met de hulp van Ipse en hou je identiteitskaart bij de hand. Heb je zelf niets gekopieerd, laat deze telefoon dan nakijken.
problem-sequence_stale = Ipse en deze telefoon raakten even de tel kwijt.
    .do = Er is niets verloren. Probeer opnieuw.
problem-sequence_behind = Ipse en deze telefoon raakten even de tel kwijt.
    .do = Er is niets verloren. Probeer opnieuw.
problem-identity_blocked = Je Ipse is geblokkeerd, dus dit kan niet doorgaan.
    .do = Ga naar het begin: daar lees je waarom, en wat je kunt doen.
problem-not_found = Dit is er niet meer, of het is niet van jou.
    .do = Begin opnieuw waar je begonnen was.
problem-action_expired = Deze vraag is verlopen.
    .do = Er is niets gedeeld. Begin opnieuw op de site.
problem-action_closed = Deze vraag is al afgesloten.
    .do = Bij “Historiek” zie je hoe het afliep.
problem-link_stale = Deze code is te oud.
    .do = Scan de code op de site opnieuw; ze verandert elke seconde.
problem-scan_required = Deze vraag kwam via een link. Dat is hier niet genoeg.
    .do = Scan de code op de site met de camera van deze app.
problem-link_invalid = Dit is geen code van Ipse.
    .do = Scan de vierkante code bij “Aanmelden met Ipse”.
problem-already_claimed = Een andere telefoon was je voor.
    .do = Was jij dat niet? Annuleer op de site en begin opnieuw.
problem-view_changed = Wat de site vraagt, is niet wat je te zien kreeg.
    .do = Er is niets gedeeld. Begin opnieuw op de site.
problem-attempt_open = Er loopt nog een andere vraag.
    .do = Maak die eerst af, of wacht even en probeer opnieuw.
problem-attempt_unknown = Deze poging is voorbij.
    .do = Tik je code opnieuw.
problem-code_wrong = Die code was verkeerd.
    .do = { $left ->
        [0] Je Ipse is nu geblokkeerd om je te beschermen. Ga naar het begin en kies via je bank een nieuwe code.
        [one] Nog één poging. Daarna wordt je Ipse geblokkeerd om je te beschermen.
       *[other] Nog { $left } pogingen.
    }
problem-proof_invalid = Je bevestiging kon niet worden gecontroleerd.
    .do = Er is niets gedeeld. Probeer het nog eens.
problem-fingerprint_exists = Vingerafdruk of gezicht is al ingesteld.
    .do = Wil je een andere gebruiken? Haal deze dan eerst weg.
problem-fingerprint_missing = Vingerafdruk of gezicht is niet ingesteld.
    .do = Je hoeft niets te doen.
problem-sim_unavailable = Je SIM of je operator antwoordt niet.
    .do = Kijk of je telefoon bereik heeft en probeer opnieuw. Dit kost je geen poging.
problem-sim_not_ready = Hiervoor is een verbonden SIM nodig.
    .do = Verbind je SIM bij “Jij” en begin dan opnieuw op de site.
problem-sim_line = Je operator stuurt nu niets naar dit nummer.
    .do = Bel je operator: misschien is de lijn geblokkeerd, of gaat ze binnenkort naar een andere operator. Probeer daarna opnieuw.
problem-sim_mismatch = De SIM die antwoordde, hoort niet bij je Ipse.
    .do = Nieuwe SIM? Verbind ze bij “Jij”. Zo niet, bel je operator.
problem-number_disputed = Twee operatoren zeggen dat dit nummer van hen is.
    .do = Bel je operator. Gebruik een ander nummer tot het opgelost is.
problem-sim_secret_wrong = Die cijfers waren verkeerd.
    .do = { $left ->
        [0] Laat een nieuw bericht sturen.
        [one] Nog één poging. Kijk in het nieuwste bericht.
       *[other] Nog { $left } pogingen. Kijk in het nieuwste bericht.
    }
problem-email_invalid = Naar dit adres kan geen mail worden gestuurd.
    .do = Kijk na of je het juist hebt getypt.
problem-email_code_wrong = Die cijfers waren verkeerd.
    .do = { $left ->
        [0] Laat een nieuwe mail sturen.
        [one] Nog één poging. Kijk naar de nieuwste mail.
       *[other] Nog { $left } pogingen. Kijk naar de nieuwste mail.
    }
problem-email_missing = Er is geen e-mailadres.
    .do = Je hoeft niets te doen.
problem-email_unavailable = De mail kon niet worden verstuurd.
    .do = Kijk het adres na en probeer het straks opnieuw.
problem-already_enrolled = Je hebt al een Ipse.
    .do = Gebruik hem op de telefoon waar hij staat. Ben je die telefoon kwijt? Je bank helpt je om je Ipse te verhuizen.
problem-epoch_changed = Je Ipse is intussen veranderd.
    .do = Er is niets gedeeld. Begin opnieuw waar je begonnen was.
problem-level_not_allowed = Dit vraagt een hoger niveau dan deze telefoon haalt.
    .do = Verbind je SIM bij “Jij”, of vraag de site om een andere weg.
problem-registrar_failed = Het antwoord van je bank kon niet worden gecontroleerd.
    .do = Er is niets bewaard. Kies zo meteen opnieuw je bank.
problem-bank_declined = Je koos ervoor niets te delen.
    .do = Kies opnieuw een bank, of stop hier.
problem-wrong_browser = Dit kwam terug in een andere browser dan waar je begon.
    .do = Ga verder in de app waar je begon.
problem-person_mismatch = De bank bevestigde iemand anders.
    .do = Meld je bij de bank aan als jezelf, met je eigen rekening.
problem-assurance_insufficient = Je bank heeft je identiteitskaart hiervoor niet goed genoeg nagekeken.
    .do = Toon je kaart bij de bank, of kies een andere bank.
problem-proofing_stale = Je Ipse werd geblokkeerd nadat je bank bevestigde wie je bent.
    .do = Meld je nog eens aan bij je bank.
problem-busy = Het is erg druk bij Ipse.
    .do = Probeer het zo meteen opnieuw. Er is niets verloren.
problem-clock_disagrees = De klok van Ipse loopt niet goed. Tot dan wordt niets goedgekeurd.
    .do = Probeer het over tien minuten opnieuw. Er is niets verloren.
problem-too_many_requests = Dat was te vaak in korte tijd.
    .do = { $hours ->
        [0] Wacht { $seconds } seconden en probeer dan opnieuw.
        [one] Probeer over een uur opnieuw.
       *[other] Probeer over { $hours } uur opnieuw.
    }
problem-internal = Ipse heeft een technisch probleem.
    .do = Er is niets gedeeld. Probeer het zo meteen opnieuw.
problem-offline = Er is geen verbinding.
    .do = Kijk of je telefoon bereik of wifi heeft en probeer opnieuw.
problem-answer_unreadable = Het antwoord van Ipse kwam beschadigd aan.
    .do = Probeer opnieuw. Gebeurt het weer, sluit de app dan en open ze opnieuw.
problem-view_unreadable = In deze vraag staat tekst die je kan misleiden. Daarom tonen we ze niet.
    .do = Er is niets gedeeld. Verwittig de site die de vraag stuurde.
problem-sim_statement_invalid = Het antwoord van je operator gaat niet over deze vraag.
    .do = Er is niets gedeeld. Begin opnieuw op de site.
problem-unlock_cancelled = Je vingerafdruk of gezicht is niet herkend, of je hebt geannuleerd.
    .do = Probeer opnieuw, of gebruik je code.
problem-unlock_unavailable = Vingerafdruk of gezicht is op deze telefoon niet ingesteld.
    .do = Gebruik je code.
problem-app_outdated = Deze app is te oud voor deze vraag.
    .do = Er is niets gedeeld. Werk de app bij en open de vraag dan opnieuw. Zie je dit scherm daarna opnieuw, begin dan opnieuw op de site of neem contact op met de hulp van Ipse.
problem-camera_unavailable = De camera kan niet worden gebruikt.
    .do = Sta ze toe in de instellingen van deze telefoon, of kies een foto van de code.
problem-qr_not_found = Op deze foto staat geen code.
    .do = Neem een foto waar het hele vierkant op staat, of plak de tekst.
problem-storage_unavailable = Deze browser bewaart niets voor de app.
    .do = Verlaat het privévenster of maak plaats vrij, en open de app opnieuw.
problem-not_enrolled = Op deze telefoon staat nog geen Ipse.
    .do = Maak eerst je Ipse.
problem-unexpected = Er zit een fout in de app.
    .do = Sluit de app en open ze opnieuw. Er is niets gedeeld.

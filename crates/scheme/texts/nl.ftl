# Zinnen van de view: wat de persoon leest, en ondertekent, op de telefoon.

login-title = { $partner } wil weten wie je bent
login-purpose = Aanmelden
return-choice = Deze browser mag { $minutes } minuten lang terugkomen zonder het mij te vragen

share-title = { $partner } vraagt gegevens van je
share-purpose = Gegevens delen
share-missing = Dit heb je niet
share-why = Waarom
share-needed = Nodig
share-attention = Let op
share-unexpected = Dit is niet wat { $partner } verwacht. Je geeft het niet, en { $partner } weet dat dan.
share-without = Zonder dit krijgt { $partner } geen bewijs bij je gegevens, en ook niet wat het alleen met bewijs vraagt.
share-after-label = Wat ermee gebeurt
share-after = { $partner } krijgt dit één keer, nu. Ipse bewaart een bewijs voor je. In de historiek kun je je toestemming intrekken.
share-group-identity = Wie je bent
share-group-contact = Hoe je te bereiken bent
share-group-document = Je document
share-group-assurance = Hoe zeker dit is
share-yes = Ja
share-no = Nee
share-female = Vrouw
share-male = Man
share-idcard = Identiteitskaart
share-passport = Paspoort
share-route-bank = Bij een bank
share-framework-simulated = Nagebootst: niemand is echt nagekeken
share-framework-be-aml = Belgische antiwitwaswet
share-level-low = Laag
share-level-substantial = Substantieel
share-level-high = Hoog
share-age-day = Hoogstens een dag
share-age-week = Hoogstens een week
share-age-month = Hoogstens een maand
share-age-year = Hoogstens een jaar
share-age-longer = Meer dan een jaar
share-key-software = In de app
share-key-hardware = In de chip van de telefoon

confirm-purpose = Dit gebeurt alleen als jij akkoord gaat.
confirm-payment-title = { $partner } vraagt je een betaling te bevestigen
confirm-order-title = { $partner } vraagt je een bestelling te bevestigen
confirm-contract-title = { $partner } vraagt je een wijziging van je contract te bevestigen
confirm-access-title = { $partner } vraagt je toegang te geven
confirm-text-title = { $partner } vraagt je dit te bevestigen
confirm-amount = Bedrag
confirm-total = Totaal
confirm-payee = Aan
confirm-iban = Rekening
confirm-reference = Mededeling
confirm-item = Bestelling
confirm-contract = Contract
confirm-change = Wat er verandert
confirm-resource = Toegang tot
confirm-place = Waar
confirm-text = Tekst
confirm-after-label = Wat er daarna gebeurt
confirm-after = { $partner } krijgt het bewijs dat je precies hiermee akkoord ging. Jij houdt een ontvangstbewijs.

connect-sim-title = Je wilt je nieuwe SIM verbinden
connect-sim-purpose = Je SIM hoort dan weer bij je Ipse.
connect-sim-number = Je telefoonnummer

change-code-title = Je wilt je code veranderen
change-code-purpose = Daarna geldt alleen je nieuwe code.
fingerprint-add-title = Je wilt ook je vingerafdruk of gezicht gebruiken
fingerprint-add-purpose = Daarna kun je op deze telefoon ook daarmee bevestigen. Je code blijft werken.
fingerprint-remove-title = Je wilt je vingerafdruk of gezicht niet meer gebruiken
fingerprint-remove-purpose = Daarna bevestig je alleen nog met je code.
email-set-title = Je wilt dit e-mailadres gebruiken
email-set-purpose = Daarna kun je het geven aan sites die erom vragen. We vragen het je elke keer eerst.
email-remove-title = Je wilt je e-mailadres verwijderen
email-remove-purpose = Daarna geeft Ipse het aan geen enkele site meer. Sites die het al hebben, houden het.
unblock-title = Je wilt je Ipse opnieuw gebruiken
unblock-purpose = Daarna kun je weer aanmelden.
export-title = Je wilt je gegevens in een browser zien
export-purpose = Tien minuten lang toont de browser waarin je begon alles wat Ipse over je bewaart. Je kunt het daar ook downloaden.
export-phone-title = Je wilt je gegevens downloaden
export-phone-purpose = Daarna staat alles wat Ipse over je bewaart in één bestand op deze telefoon. Bewaar het goed: wie het heeft, kent je.
me-title = Je wilt je Ipse in een browser bekijken
me-purpose = De browser toont met wie je iets deelde, wat voor gegevens en wanneer. De gegevens zelf toont hij niet.

attribute-name = Naam
attribute-given-name = Voornaam
attribute-family-name = Familienaam
attribute-locale = Taal
attribute-email = E-mailadres
attribute-birthdate = Geboortedatum
attribute-age-gte-16 = 16 of ouder
attribute-age-gte-18 = 18 of ouder
attribute-age-gte-21 = 21 of ouder
attribute-age-gte-30 = 30 of ouder
attribute-gender = Geslacht
attribute-place-of-birth = Geboorteplaats
attribute-nationalities = Nationaliteit
attribute-picture = Foto
attribute-national-number = Rijksregisternummer
attribute-address = Adres
attribute-phone-number = Telefoonnummer
attribute-document-number = Nummer van het document
attribute-document-type = Soort document
attribute-document-valid-until = Geldig tot
attribute-document-issuer = Land van het document
attribute-trust-framework = Volgens welke regels
attribute-assurance-level = Hoe grondig
attribute-verified-by = Nagekeken door
attribute-verified-on = Nagekeken op
attribute-identification-mode = Hoe
attribute-device-age = Hoe lang je telefoon je Ipse heeft
attribute-device-key = Waar de sleutel van je telefoon zit
attribute-sim-age = Hoe lang je simkaart dezelfde is
missing-email = Je hebt er geen toegevoegd

# Mails. Een regel die met vier spaties begint, hoort bij de tekst erboven.

mail-code-subject = Ipse: je code voor dit e-mailadres
mail-code-text =
    Dag,

    Je wilt dit e-mailadres toevoegen aan je Ipse. Typ deze code in de Ipse-app:

        { $code }

    De code is tien minuten geldig. Geef ze aan niemand, ook niet aan iemand die zegt dat hij van Ipse belt.

    Was jij dat niet? Dan heeft iemand jouw adres getypt, misschien per vergissing. Zonder de code gebeurt er niets, dus je hoeft niets te doen.

    Ipse
mail-replaced-subject = Ipse: dit e-mailadres is vervangen
mail-replaced-text =
    Dag,

    Dit e-mailadres hoorde bij een Ipse. De eigenaar heeft het net vervangen door een ander adres.

    Was jij dat niet? Open dan de Ipse-app en kies onder “Jij” voor “Blokkeer mijn Ipse”. Ook je bank kan je helpen.

    Ipse
mail-removed-subject = Ipse: dit e-mailadres is verwijderd
mail-removed-text =
    Dag,

    Dit e-mailadres hoorde bij een Ipse. De eigenaar heeft het net verwijderd.

    Was jij dat niet? Open dan de Ipse-app en kies onder “Jij” voor “Blokkeer mijn Ipse”. Ook je bank kan je helpen.

    Ipse

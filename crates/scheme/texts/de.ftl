# Sätze der Ansicht: was die Person auf dem Telefon liest und unterschreibt.

login-title = { $partner } möchte wissen, wer Sie sind
login-purpose = Anmelden
return-choice = Dieser Browser darf { $minutes } Minuten lang wiederkommen, ohne mich zu fragen

share-title = { $partner } bittet um Ihre Angaben
share-purpose = Angaben teilen
share-missing = Das haben Sie nicht
share-why = Warum
share-needed = Nötig
share-attention = Achtung
share-unexpected = Das ist nicht, was { $partner } erwartet. Sie geben es nicht, und { $partner } erfährt das.
share-without = Ohne dies bekommt { $partner } keinen Nachweis zu Ihren Angaben, und auch nicht, was nur mit Nachweis verlangt wird.
share-after-label = Was damit geschieht
share-after = { $partner } bekommt dies einmal, jetzt. Ipse behält einen Beleg für Sie. Im Verlauf können Sie Ihre Einwilligung widerrufen.
share-group-identity = Wer Sie sind
share-group-contact = Wie Sie zu erreichen sind
share-group-document = Ihr Dokument
share-group-assurance = Wie sicher das ist
share-yes = Ja
share-no = Nein
share-female = Weiblich
share-male = Männlich
share-idcard = Personalausweis
share-passport = Reisepass
share-route-bank = Bei einer Bank
share-framework-simulated = Simuliert: niemand wurde wirklich geprüft
share-framework-be-aml = Belgisches Geldwäschegesetz
share-level-low = Niedrig
share-level-substantial = Substanziell
share-level-high = Hoch
share-age-day = Höchstens einen Tag
share-age-week = Höchstens eine Woche
share-age-month = Höchstens einen Monat
share-age-year = Höchstens ein Jahr
share-age-longer = Mehr als ein Jahr
share-key-software = In der App
share-key-hardware = Im Chip des Telefons

confirm-purpose = Das geschieht nur, wenn Sie zustimmen.
confirm-payment-title = { $partner } bittet Sie, eine Zahlung zu bestätigen
confirm-order-title = { $partner } bittet Sie, eine Bestellung zu bestätigen
confirm-contract-title = { $partner } bittet Sie, eine Vertragsänderung zu bestätigen
confirm-access-title = { $partner } bittet Sie, Zugang zu geben
confirm-text-title = { $partner } bittet Sie, dies zu bestätigen
confirm-amount = Betrag
confirm-total = Gesamtbetrag
confirm-payee = An
confirm-iban = Konto
confirm-reference = Verwendungszweck
confirm-item = Bestellung
confirm-contract = Vertrag
confirm-change = Was sich ändert
confirm-resource = Zugang zu
confirm-place = Wo
confirm-text = Text
confirm-after-label = Wie es weitergeht
confirm-after = { $partner } bekommt den Nachweis, dass Sie genau dem zugestimmt haben. Sie behalten eine Quittung.

connect-sim-title = Sie möchten Ihre neue SIM verbinden
connect-sim-purpose = Ihre SIM gehört dann wieder zu Ihrem Ipse.
connect-sim-number = Ihre Telefonnummer

change-code-title = Sie möchten Ihren Code ändern
change-code-purpose = Danach gilt nur noch Ihr neuer Code.
fingerprint-add-title = Sie möchten auch Ihren Fingerabdruck oder Ihr Gesicht verwenden
fingerprint-add-purpose = Danach können Sie auf diesem Telefon auch damit bestätigen. Ihr Code gilt weiterhin.
fingerprint-remove-title = Sie möchten Ihren Fingerabdruck oder Ihr Gesicht nicht mehr verwenden
fingerprint-remove-purpose = Danach bestätigen Sie nur noch mit Ihrem Code.
email-set-title = Sie möchten diese E-Mail-Adresse verwenden
email-set-purpose = Danach können Sie sie Websites geben, die danach fragen. Wir fragen Sie jedes Mal zuerst.
email-remove-title = Sie möchten Ihre E-Mail-Adresse entfernen
email-remove-purpose = Danach gibt Ipse sie keiner Website mehr. Websites, die sie schon haben, behalten sie.
unblock-title = Sie möchten Ihr Ipse wieder benutzen
unblock-purpose = Danach können Sie sich wieder anmelden.
export-title = Sie möchten Ihre Daten in einem Browser sehen
export-purpose = Zehn Minuten lang zeigt der Browser, in dem Sie begonnen haben, alles, was Ipse über Sie speichert. Dort können Sie es auch herunterladen.
export-phone-title = Sie möchten Ihre Daten herunterladen
export-phone-purpose = Danach ist alles, was Ipse über Sie speichert, in einer Datei auf diesem Telefon. Bewahren Sie sie gut auf: Wer sie hat, kennt Sie.
me-title = Sie möchten Ihr Ipse in einem Browser sehen
me-purpose = Der Browser zeigt, mit wem Sie etwas geteilt haben, welche Art von Daten und wann. Die Daten selbst zeigt er nicht.

attribute-name = Name
attribute-given-name = Vorname
attribute-family-name = Familienname
attribute-locale = Sprache
attribute-email = E-Mail-Adresse
attribute-birthdate = Geburtsdatum
attribute-age-gte-16 = 16 oder älter
attribute-age-gte-18 = 18 oder älter
attribute-age-gte-21 = 21 oder älter
attribute-age-gte-30 = 30 oder älter
attribute-gender = Geschlecht
attribute-place-of-birth = Geburtsort
attribute-nationalities = Staatsangehörigkeit
attribute-picture = Foto
attribute-national-number = Nationalnummer
attribute-address = Adresse
attribute-phone-number = Telefonnummer
attribute-document-number = Nummer des Dokuments
attribute-document-type = Art des Dokuments
attribute-document-valid-until = Gültig bis
attribute-document-issuer = Land des Dokuments
attribute-trust-framework = Nach welchen Regeln
attribute-assurance-level = Wie gründlich
attribute-verified-by = Geprüft von
attribute-verified-on = Geprüft am
attribute-identification-mode = Wie
attribute-device-age = Wie lange Ihr Telefon Ihr Ipse hat
attribute-device-key = Wo der Schlüssel Ihres Telefons ist
attribute-sim-age = Wie lange Ihre SIM-Karte dieselbe ist
missing-email = Sie haben keine hinzugefügt

# E-Mails. Eine Zeile, die mit vier Leerzeichen beginnt, gehört zum Text darüber.

mail-code-subject = Ipse: Ihr Code für diese E-Mail-Adresse
mail-code-text =
    Guten Tag,

    Sie möchten diese E-Mail-Adresse zu Ihrem Ipse hinzufügen. Tippen Sie diesen Code in der Ipse-App ein:

        { $code }

    Der Code gilt zehn Minuten. Geben Sie ihn niemandem, auch nicht, wenn jemand sagt, er rufe von Ipse an.

    Waren Sie das nicht? Dann hat jemand Ihre Adresse eingetippt, vielleicht aus Versehen. Ohne den Code geschieht nichts, Sie müssen also nichts tun.

    Ipse
mail-replaced-subject = Ipse: Diese E-Mail-Adresse wurde ersetzt
mail-replaced-text =
    Guten Tag,

    Diese E-Mail-Adresse gehörte zu einem Ipse. Der Besitzer hat sie gerade durch eine andere ersetzt.

    Waren Sie das nicht? Öffnen Sie die Ipse-App und wählen Sie unter „Sie“ den Punkt „Mein Ipse sperren“. Auch Ihre Bank kann Ihnen helfen.

    Ipse
mail-removed-subject = Ipse: Diese E-Mail-Adresse wurde entfernt
mail-removed-text =
    Guten Tag,

    Diese E-Mail-Adresse gehörte zu einem Ipse. Der Besitzer hat sie gerade entfernt.

    Waren Sie das nicht? Öffnen Sie die Ipse-App und wählen Sie unter „Sie“ den Punkt „Mein Ipse sperren“. Auch Ihre Bank kann Ihnen helfen.

    Ipse

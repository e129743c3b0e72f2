# Die Texte der Demobanken.
demo = Demo: Diese Bank und ihre Kunden sind erfunden.
home = Willkommen
home-lead = Diese Bank kann bestätigen, wer ihre Kunden sind. Beginnen Sie in der Ipse-App und wählen Sie dort Ihre Bank.
told = Was Ipse dieser Bank mitgeteilt hat
told-new-phone = { $name } hat Ipse seit { $date } auf einem neuen Telefon.
told-other = Am { $date } hat sich am Ipse von { $name } etwas geändert.
sign-in = Anmelden
sign-in-lead = Ipse fragt uns, wer Sie sind. Melden Sie sich an; danach sehen Sie, was wir weitergeben.
customer = Kundenname
customer-unknown = Diesen Kunden kennen wir nicht. Prüfen Sie den Namen, oder wählen Sie unten.
sign-in-button = Anmelden
choices = Oder wählen Sie einen Demokunden
choices-lead = Eine echte Bank würde hier Ihren Kartenleser oder ihre App verlangen.
agree = Dies an Ipse weitergeben?
agree-lead = Ipse erhält genau dies und sonst nichts von Ihrer Bank:
agree-nothing = Ipse verlangt mehr, als diese Bank bestätigen kann. Es wird nichts weitergegeben.
agree-button = Weitergeben
refuse-button = Nicht weitergeben
given-name = Vorname
family-name = Familienname
birthdate = Geburtsdatum
nationality = Staatsangehörigkeit
national-number = Nationalregisternummer
document = Personalausweis
gender = Geschlecht
gender-value = { $gender ->
     [female] weiblich
     [male] männlich
    *[other] { $gender }
 }
place-of-birth = Geburtsort
address = Adresse
photo = Foto
photo-value = das Foto auf Ihrem Personalausweis
stale = Diese Anfrage gilt nicht mehr
stale-lead = Sie wurde schon benutzt, ist zu alt oder begann in einem anderen Browser. Gehen Sie zurück zu Ipse und beginnen Sie neu.
invalid = Diese Anfrage stimmt nicht
invalid-lead = Es wurde nichts weitergegeben. Gehen Sie zurück zu Ipse und beginnen Sie neu.
missing = Diese Seite gibt es nicht
missing-lead = Vielleicht wurde die Adresse falsch übernommen.
checked = Ihren Personalausweis haben wir in unserer Filiale gelesen am { $date }.
agree-after = Danach kehren Sie zu Ipse zurück. Ihre Konten bleiben hier.
document-value = { $number }, gültig bis { $expiry }
code = Code: { $code }
date = { $day }. { $month ->
     [1] Januar
     [2] Februar
     [3] März
     [4] April
     [5] Mai
     [6] Juni
     [7] Juli
     [8] August
     [9] September
     [10] Oktober
     [11] November
    *[12] Dezember
 } { $year }

mailbox-title = E-Mails
mailbox-note = Ein Postfach für die Demo: Hier steht jede E-Mail, die Ipse verschickt, an wen auch immer.
mailbox-empty = Noch keine E-Mails.
mailbox-to = An
mailbox-again = Noch einmal nachsehen

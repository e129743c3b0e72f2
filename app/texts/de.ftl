# Ipse, die App auf dem Telefon. Deutsch, mit Sie. Kurze Sätze; was geschah und was zu tun ist.

skip = Zum Inhalt
back = Zurück
next = Weiter
cancel = Abbrechen
try-again = Noch einmal versuchen
start-over = Neu beginnen
go-home = Zur Startseite
demo = Demo
today = Heute
loading = Einen Moment
loading-note = Wir holen das bei Ipse.
language = Sprache
tabs = Teile der App
tab-home = Start
tab-scan = Scannen
tab-history = Verlauf
tab-settings = Sie
open-requests = warten

handset-title = Nachrichten auf diesem Telefon
handset-note = Demo: SMS an { $number } und Mails an Ihre Adresse erscheinen hier.
handset-empty = Noch keine Nachrichten.

## Willkommen und Anlegen

welcome-title = Ihre Identität, auf Ihrem Telefon
welcome-lead = Anmelden und bestätigen mit Ipse, statt mit Passwörtern und Kartenlesern.
welcome-phone = Ihre Telefonnummer und Ihre SIM
welcome-bank = Ihre Bank sagt, wer Sie sind
welcome-code = Ein Code aus fünf Ziffern, den nur Sie kennen
welcome-begin = Ihr Ipse anlegen
welcome-link = Eine Website fragt, wer Sie sind. Legen Sie zuerst Ihr Ipse an. Wenn das länger dauert, beginnen Sie auf der Website neu.
welcome-moves = Ist Ihr Ipse auf einem anderen Telefon? Dann zieht es hierher um.

enrol-step = Schritt { $at } von { $of }

number-title = Wie lautet Ihre Telefonnummer?
number-why = Ipse arbeitet mit der SIM in diesem Telefon.
number-label = Telefonnummer
number-hint = Zum Beispiel 0470 12 34 56
number-wrong = Mit dieser Nummer geht es nicht. Prüfen Sie die Ziffern.
number-landline = Das ist keine Mobilnummer. Ipse braucht eine Nummer mit SIM.

sim-operator = Anbieter
sim-connect = SMS schicken
sim-without = Ohne SIM weiter
sim-other-number = Andere Nummer verwenden
sim-ready-title = Ihre SIM ist bereit
sim-ready = { $operator } kennt diese SIM und kann sie mit Ihrem Ipse verbinden.
    .do = Sie erhalten eine SMS mit sechs Ziffern. Halten Sie dieses Telefon bereit.
sim-upgradable-title = Ihre SIM braucht ein Update
sim-upgradable = Diese SIM kann noch nicht verbunden werden.
    .do = Sie können weitermachen und sich einfach anmelden. Bitten Sie { $operator }, Ihre SIM zu aktualisieren, und verbinden Sie sie später in dieser App.
sim-incompatible-title = Ihre SIM ist zu alt
sim-incompatible = Diese SIM kann nicht mit Ipse arbeiten.
    .do = Sie können weitermachen und sich einfach anmelden. Bitten Sie { $operator } um eine neue SIM mit derselben Nummer und verbinden Sie sie später in dieser App.
sim-unknown-title = Wir kennen diese Nummer nicht
sim-unknown = Kein Anbieter, der mit Ipse arbeitet, kennt diese Nummer.
    .do = Prüfen Sie die Ziffern oder verwenden Sie eine Nummer eines anderen Anbieters.

secret-title = Welche Ziffern haben Sie erhalten?
secret-why = Eine SMS mit sechs Ziffern ist unterwegs an { $number }.
secret-label = Sechs Ziffern
secret-again = Noch einmal schicken
secret-sent-again = Eine neue Nachricht ist unterwegs. Die alten Ziffern gelten nicht mehr.

bank-title = Welche Bank kennt Sie?
bank-why = Ihre Bank hat Ihren Personalausweis geprüft. Melden Sie sich dort an, dann teilt sie Ipse mit, wer Sie sind.
bank-own-site = Öffnet die Website der Bank
bank-note = Ipse sieht Ihre Konten nicht, und die Bank sieht nicht, wo Sie Ipse nutzen.

vouched-title = Sind Sie das, { $name }?
vouched-why = { $bank } bestätigt diese Angaben:
vouched-yes = Ja, das bin ich
vouched-no = Nein, zurück zu den Banken
vouched-note = Stimmt etwas nicht mehr? Lassen Sie es zuerst bei Ihrer Bank ändern.
vouched-replaces = Sie haben schon ein Ipse. Wenn Sie fortfahren, übernimmt dieses Telefon: Ihr anderes Telefon funktioniert dann nicht mehr mit Ipse. Websites erkennen Sie weiterhin.
given-name = Vornamen
family-name = Familienname
birthdate = Geboren am
nationality = Staatsangehörigkeit
document-number = Personalausweis
gender = Geschlecht
gender-female = weiblich
gender-male = männlich
place-of-birth = Geboren in
address = Adresse
photo = Foto
photo-given = von Ihrer Bank

code-title = Wählen Sie einen Code aus fünf Ziffern
code-why = Sie tippen ihn jedes Mal, wenn Sie etwas genehmigen. Er wird nirgends gespeichert, und niemand von Ipse wird Sie je danach fragen.
code-again-title = Tippen Sie denselben Code noch einmal
code-again-why = So schließen wir einen Tippfehler aus.
code-locking = Wir sichern Ihren Code.
code-refused-length = Ein Code hat fünf Ziffern.
code-refused-same-digits = Fünfmal dieselbe Ziffer probiert jeder zuerst. Wählen Sie einen anderen Code.
code-refused-sequence = Ziffern der Reihe nach sind leicht zu erraten. Wählen Sie einen anderen Code.
code-refused-pattern = Dieser Code folgt einem Muster, das leicht zu erraten ist. Wählen Sie einen anderen Code.
code-refused-phone-number = Das sind die letzten Ziffern Ihrer Telefonnummer. Wählen Sie einen anderen Code.
code-refused-birth-date = Dieser Code enthält Ihr Geburtsjahr. Wählen Sie einen anderen Code.
code-refused-different = Die beiden Codes waren nicht gleich. Wählen Sie Ihren Code noch einmal.
pad-count = { $count } von { $of } Ziffern getippt
pad-erase = Letzte Ziffer löschen

biometric-title = Auch mit Fingerabdruck oder Gesicht?
biometric-why = Dann genehmigen Sie einfache Dinge, ohne Ihren Code zu tippen.
biometric-note = Ihr Fingerabdruck oder Gesicht bleibt auf diesem Telefon. Ihr Code funktioniert weiterhin.
biometric-yes = Ja, einrichten
biometric-no = Nein, nur mein Code
biometric-later = Klappt es nicht? Machen Sie nur mit Ihrem Code weiter. Sie können dies später noch einrichten.
finishing-title = Fast fertig

ready-title = Willkommen, { $name }
ready-advanced = Ihr Ipse ist bereit: Telefon, SIM und Code sind alle drei verbunden.
ready-basic = Ihr Ipse ist bereit für einfache Anmeldungen. Verbinden Sie eine SIM für alles andere.
ready-replaced = Ihr Ipse ist jetzt auf diesem Telefon. Ihr anderes Telefon funktioniert nicht mehr damit.
limited-soon = Zu Ihrer Sicherheit kann dieses Telefon vorerst nur einfache Anmeldungen. Wir melden das neue Telefon zuerst an Ihre alte Nummer.
limited-until = Zu Ihrer Sicherheit kann dieses Telefon bis { $time } nur einfache Anmeldungen.
enrol-again-code = Code noch einmal wählen
enrol-again-bank = Noch einmal zu meiner Bank
ready-how = Wählen Sie auf einer Website „Mit Ipse anmelden“. Scannen Sie dann mit dieser App den Code auf dem Bildschirm.
ready-home = Zu meinem Ipse
ready-continue = Weiter zur Anfrage

## Startseite

home-title = Guten Tag, { $name }
home-scan = Einen Code scannen
status-active = Bereit
status-suspended = Geschützt
status-closed = Geschlossen
status-blocked-note = Niemand kann Ihr Ipse jetzt nutzen, auf keiner Website.
level-advanced = Telefon, SIM und Code sind verbunden.
level-basic = Telefon und Code sind verbunden, Ihre SIM nicht. Das genügt für einfache Anmeldungen.
level-short-advanced = Erweitert (Telefon, SIM und Code)
level-short-basic = Einfach (Telefon und Code)
open-title = Wartet auf Ihre Antwort
open-none = Nichts wartet auf Sie.
returning-title = Darf wiederkommen
returning-why = Diese Browser dürfen wiederkommen, ohne Sie zu fragen. Das haben Sie bei der Anmeldung erlaubt.
returning-until = { $browser }, bis { $time }
returning-stop = Jetzt beenden
past-title = Zuletzt
past-more = Alles anzeigen
wrong-since-last = { $count ->
    [one] Seit Ihrer letzten Genehmigung wurde einmal ein falscher Code getippt. Waren Sie das nicht? Sperren Sie Ihr Ipse.
   *[other] Seit Ihrer letzten Genehmigung wurde { $count }-mal ein falscher Code getippt. Waren Sie das nicht? Sperren Sie Ihr Ipse.
}

reason-person = Sie haben Ihr Ipse selbst gesperrt.
    .do = Heben Sie die Sperre mit Ihrem Code auf, wenn Sie sicher sind, dass alles in Ordnung ist.
reason-code-exhausted = Es wurde zu oft ein falscher Code getippt.
    .do = Melden Sie sich bei Ihrer Bank an und wählen Sie einen neuen Code.
reason-sim-changed = Ihre Nummer ist jetzt auf einer anderen SIM.
    .do = Waren Sie das, verbinden Sie die neue SIM. Wenn nicht, rufen Sie sofort Ihren Anbieter an.
reason-sim-lost = Ihre SIM wurde als verloren gemeldet.
    .do = Sobald Sie eine neue SIM mit Ihrer Nummer haben, verbinden Sie sie hier.
reason-device-lost = Dieses Telefon wurde als verloren gemeldet.
    .do = Legen Sie Ihr Ipse auf Ihrem neuen Telefon mit Ihrer Bank neu an.
reason-contested = Ein früheres Telefon von Ihnen hat gemeldet, dass das neue nicht Ihres ist.
    .do = Gehen Sie zu Ihrer Bank und weisen Sie nach, wer Sie sind. Nur das hebt diese Sperre auf.
reason-document = Ihr Personalausweis ist nicht mehr gültig.
    .do = Holen Sie einen neuen Ausweis bei der Gemeinde und weisen Sie sich dann erneut aus.
reason-registrar = Ihre Bank bestätigt nicht mehr, wer Sie sind.
    .do = Fragen Sie Ihre Bank nach dem Grund und melden Sie sich dort erneut an.
reason-deceased = Laut Bevölkerungsregister ist die Inhaberin oder der Inhaber verstorben.
    .do = Ist das ein Irrtum? Wenden Sie sich an Ihre Gemeinde.
reason-fraud = Ipse hat Anzeichen von Missbrauch gesehen. Ihr Ipse ist gesperrt, um Sie zu schützen.
    .do = Wenden Sie sich an die Hilfe von Ipse. Halten Sie Ihren Personalausweis bereit.
reason-other = Ihr Ipse ist gesperrt. Diese App kann nicht zeigen, warum.
    .do = Schließen Sie die App und öffnen Sie sie neu, um die neueste Version zu erhalten. Fehlt der Grund dann noch, wenden Sie sich an die Hilfe von Ipse.
way-block = Sperre aufheben
way-recover = Zu meiner Bank
way-new-sim = Neue SIM verbinden

## Scannen

scan-title = Scannen Sie den Code auf der Website
scan-how = Halten Sie den quadratischen Code des anderen Bildschirms in den Rahmen.
scan-camera = Was die Kamera sieht
scan-no-camera = Es gibt keine Kamera, oder die App darf sie nicht benutzen. Wählen Sie ein Foto oder fügen Sie unten den Text ein.
scan-otherwise = Andere Wege
scan-picture = Foto des Codes wählen
scan-text = Text des Codes
scan-paste = Einfügen
claiming = Wir holen die Anfrage
claiming-note = Sie sehen sie gleich. Ohne Ihre Zustimmung passiert nichts.

## Eine Anfrage

verified = Geprüfte Website:
they-get = { $partner } erhält
share-kept = Das behalten Sie für sich
share-was-kept = Das haben Sie für sich behalten
share-was-missing = Das hatten Sie nicht
missing-title = { $partner } fragt auch nach
missing-add-email = E-Mail-Adresse hinzufügen
missing-fetch-bank = Bei meiner Bank abrufen
missing-waits = Sie können sie zuerst hinzufügen: Diese Anfrage wartet bis zu zehn Minuten. Oder fahren Sie ohne sie fort.
missing-without = Sie können ohne sie fortfahren.
fetch-bank-title = Was Ihre Bank weiß
fetch-bank-why = Melden Sie sich bei einer Bank an, die Sie kennt. Sie gibt Ipse, wonach die Website fragt und was Sie noch nicht haben, etwa Ihre Adresse oder Ihr Foto.
fetch-bank-note = Danach kommen Sie zur Anfrage zurück, die bis zu zehn Minuten wartet. Was die Bank gibt, ersetzt, was Ipse von einer Bank hatte. Die Website bekommt nichts, bevor Sie bestätigen.
match-ask = Sehen Sie diese drei Zeichen auch dort, wo Sie begonnen haben?
started = Gestartet
started-app = Auf diesem Telefon, { $browser }
started-qr = Auf einem anderen Bildschirm, { $browser }
started-link = Über einen Link, { $browser }
started-backchannel = Ohne Browser
warning-started_elsewhere = Diese Anfrage kam über einen Link, nicht von Ihrem eigenen Bildschirm. Fahren Sie nur fort, wenn Sie selbst begonnen haben.
scan-instead = Lieber den Code der Website scannen
level = Stufe
valid-until = Gültig bis
what-after = Wenn Sie fortfahren, bestätigen Sie mit Code oder Fingerabdruck. Erst dann erhält { $partner } eine Antwort.
what-after-code = Wenn Sie fortfahren, bestätigen Sie mit Ihrem Code.
what-after-confirm = Wenn Sie fortfahren, bestätigen Sie mit Code oder Fingerabdruck. Ohne das geschieht nichts.
expires-soon = Noch weniger als eine Minute. Zu spät? Beginnen Sie auf der Website neu.
refuse = Ablehnen
continue = Weiter
not-me = Das habe ich nicht angefordert
confirm-code-title = Ihr Code
confirm-biometric-title = Bestätigen Sie mit Fingerabdruck oder Gesicht
confirm-biometric = Bestätigen
use-code = Meinen Code verwenden
use-biometric = Fingerabdruck oder Gesicht verwenden
tries-left = { $count ->
    [one] Noch ein Versuch. Danach wird Ihr Ipse gesperrt, um Sie zu schützen.
   *[other] Noch { $count } Versuche.
}
contacting-sim = Ihre SIM wird kontaktiert…
confirming = Wird bestätigt

unsupported-title = Diese App kann diese Anfrage nicht zeigen
unsupported-why = Die Anfrage braucht eine neuere Version der App. Aktualisieren Sie die App, oder lehnen Sie die Anfrage ab.
unsupported-do = { $partner } erhält nichts, solange Sie nicht die ganze Anfrage gesehen haben. Wenn dieser Bildschirm nach der Aktualisierung wieder erscheint, lehnen Sie ab.
update-app = Aktualisieren

outcome-approved-title = Erledigt
outcome-refused-title = Abgelehnt
outcome-approved-what = Sie haben die Anfrage von { $partner } genehmigt.
outcome-shared = { $partner } hat dies von Ihnen bekommen.
outcome-confirmed = Sie haben dies bestätigt. { $partner } hat den Nachweis bekommen.
outcome-picture = Das Bild, das Sie gesehen haben
outcome-refused-what = Sie haben abgelehnt. { $partner } hat nichts von Ihnen erhalten.
outcome-refused-confirm = Sie haben abgelehnt. { $partner } erfährt das, und nichts geschieht.
outcome-code = Ihr Code ist geändert. Verwenden Sie ab jetzt Ihren neuen Code.
outcome-fingerprint-added = Sie können jetzt auch mit Fingerabdruck oder Gesicht bestätigen.
outcome-fingerprint-removed = Sie bestätigen jetzt nur noch mit Ihrem Code.
outcome-email-set = Ihre E-Mail-Adresse ist eingetragen. Eine Website, die danach fragt, erhält sie, wenn Sie Ja sagen.
outcome-email-removed = Ihre E-Mail-Adresse ist entfernt.
outcome-export = Ihre Daten sind zehn Minuten lang offen.
outcome-waiting = Weiter bei { $partner }
outcome-sim = Ihre neue SIM ist verbunden.
outcome-unblock = Die Sperre ist aufgehoben. Ihr Ipse funktioniert wieder.
outcome-nothing-changed = Sie haben abgelehnt. Es hat sich nichts geändert.
outcome-look-there = Sehen Sie auf den anderen Bildschirm: Dort geht es von selbst weiter.
outcome-return = Zurück zu { $domain }
wasnt-me = Das war ich nicht
wasnt-me-approved = Wir sperren Ihr Ipse sofort überall und vermerken, dass Sie das nicht genehmigt haben.
wasnt-me-other = Wir sperren Ihr Ipse sofort überall und vermerken, dass Sie das nicht angefordert haben.
wasnt-me-block = Mein Ipse sperren
reported = Ihr Ipse ist gesperrt. Ihre Meldung ist vermerkt.
    .do = Sagen Sie es auch der Website. Mit Ihrem Code heben Sie die Sperre wieder auf.

kind-login = Anmeldung
kind-code = Code geändert
kind-fingerprint = Fingerabdruck oder Gesicht
kind-email = E-Mail-Adresse
kind-export = Ihre Daten
kind-share = Angaben
kind-confirm = Bestätigung
kind-sim = Neue SIM
kind-unblock = Sperre aufheben
kind-unknown = Andere Anfrage
outcome-created = Wartet
outcome-linked = Wartet
outcome-approved = Genehmigt
outcome-delivered = Genehmigt
outcome-refused = Abgelehnt
outcome-expired = Abgelaufen
outcome-cancelled = Abgebrochen
outcome-returned = Ohne Nachfrage wiedergekommen
returned-why = Dieser Browser kam wieder. Das haben Sie erlaubt, als Sie die Anmeldung genehmigten.
outcome-withdrawn = Von Ihnen widerrufen

## Was jede Website bekam, und wie man das beendet

partners-title = Wer was bekommen hat
partners-note = Was jede Website von Ihnen bekommen hat
partners-why = Alle Websites, die mit Ipse etwas von Ihnen bekommen haben. Öffnen Sie eine, um zu sehen, was es war, oder um Ihre Einwilligung zu widerrufen.
partners-none = Noch keine Website hat etwas von Ihnen bekommen.
partner-got = Das hat { $partner } von Ihnen bekommen
partner-note = Alles ansehen oder die Einwilligung widerrufen
partner-nothing = Keine Angaben. { $partner } erkennt Sie nur wieder, wenn Sie zurückkommen.
partner-no-details = Keine Angaben
partner-more = { $count } weitere
partner-purpose = Wofür
partner-first = Zum ersten Mal
partner-last = Zuletzt
partner-answers = Wie oft
partner-times = { $count }-mal
partner-requests = Anfragen von { $partner }
partner-receipts = Zu jeder gibt es einen Beleg.
attribute-name = Name
attribute-given-name = Vorname
attribute-family-name = Familienname
attribute-locale = Sprache
attribute-email = E-Mail-Adresse
attribute-email-verified = Dass Ihre E-Mail-Adresse geprüft ist
attribute-birthdate = Geburtsdatum
attribute-age-gte-16 = Ob Sie 16 oder älter sind
attribute-age-gte-18 = Ob Sie 18 oder älter sind
attribute-age-gte-21 = Ob Sie 21 oder älter sind
attribute-age-gte-30 = Ob Sie 30 oder älter sind
attribute-gender = Geschlecht
attribute-place-of-birth = Geburtsort
attribute-nationalities = Staatsangehörigkeit
attribute-picture = Foto
attribute-be-national-number = Nationalnummer
attribute-address = Adresse
attribute-phone-number = Telefonnummer
attribute-phone-number-verified = Dass Ihre Telefonnummer geprüft ist
attribute-document-number = Nummer Ihres Ausweises
attribute-document-type = Art des Ausweises
attribute-document-valid-until = Bis wann Ihr Ausweis gültig ist
attribute-verified-by = Wer Ihre Identität geprüft hat
attribute-verified-on = Wann Ihre Identität geprüft wurde
attribute-identification-mode = Wie Ihre Identität geprüft wurde
attribute-document-issuer = Land Ihres Ausweises
attribute-trust-framework = Nach welchen Regeln Ihre Identität geprüft wurde
attribute-assurance-level = Wie gründlich Ihre Identität geprüft wurde
attribute-device-age = Wie lange Ihr Telefon Ihr Ipse hat
attribute-device-key = Wo der Schlüssel Ihres Telefons ist
attribute-sim-age = Wie lange Ihre SIM dieselbe ist
attribute-other = Eine andere Angabe ({ $name })
withdraw = Einwilligung widerrufen
withdraw-title = Einwilligung widerrufen?
withdraw-now = Widerrufen
withdraw-why = Das gilt für alles, was Sie bisher für { $partner } genehmigt haben.
withdraw-ends = Das endet sofort.
    .what = { $partner } kann mit dem, was Sie genehmigt haben, nichts mehr abrufen. Browser, die dort ohne Nachfrage wiederkamen, müssen Sie wieder fragen.
withdraw-told = { $partner } erfährt davon.
    .what = Ipse teilt mit, dass Sie Ihre Einwilligung widerrufen haben, und wofür.
withdraw-untold = { $partner } erfährt nicht davon.
    .what = Diese Website nimmt dazu keine Nachrichten von Ipse an. Sagen Sie es ihr selbst.
withdraw-stays = Was { $partner } schon hat, bleibt dort.
    .what = Ipse kann es nicht zurückholen. Nur { $partner } kann es löschen, und Sie haben das Recht, das zu verlangen.
withdraw-again = Sie können weiter dorthin.
    .what = Wenn { $partner } Sie wieder um etwas bittet, entscheiden Sie neu.
withdrawn-title = Einwilligung widerrufen
withdrawn = Sie haben Ihre Einwilligung widerrufen. { $partner } bekommt mit Ipse nichts mehr von Ihnen, außer Sie sagen wieder Ja.
withdrawn-on = Einwilligung widerrufen: { $time }
withdraw-receipt = Beleg des Widerrufs
erase-how = So lassen Sie Ihre Angaben löschen
erase-title = Ihre Angaben bei { $partner } löschen lassen
erase-right = Ipse kann das nicht für Sie tun und kennt die Adresse dafür nicht. Sie steht in der Datenschutzerklärung auf { $domain }. { $partner } muss Ihnen innerhalb eines Monats antworten.
erase-label = Ein Text, den Sie schicken können
erase-everything = alles, was Sie über mich wissen
erase-letter =
    An { $partner } ({ $domain })

    Am { $day } habe ich die Einwilligung widerrufen, die ich Ihnen mit Ipse gegeben hatte. Bitte löschen Sie die Angaben, die Sie so von mir bekommen haben:

    { $details }

    Artikel 17 der DSGVO gibt mir dieses Recht.

    Bitte bestätigen Sie mir innerhalb eines Monats, dass das geschehen ist. Wenn Sie etwas davon aufbewahren müssen, sagen Sie mir, was und warum.

    { $name }
letter-copy = Text kopieren
letter-copied = Kopiert. Fügen Sie ihn in eine E-Mail oder ein Formular ein.
letter-selected = Der Text ist markiert. Kopieren Sie ihn jetzt.

history-title = Verlauf
history-why = Alle Anfragen, auch die abgelehnten und die abgelaufenen, und alles, was sonst mit Ihrem Ipse geschah.
history-more = Frühere anzeigen
ended-not-me = Sie sagten, dass die Anfrage nicht von Ihnen war
ended-wrong-details = Sie sagten, dass die Angaben nicht stimmten
ended-superseded = Durch eine neuere Anfrage ersetzt
ended-browser = Im Browser abgebrochen
ended-level = Dieses Telefon konnte das Verlangte nicht
ended-new-phone = Abgebrochen, weil Ihr Ipse auf ein neues Telefon umzog
ended-blocked = Abgebrochen, weil Ihr Ipse gesperrt wurde
event-other = Etwas hat sich geändert
event-notice = Ihre alte Nummer hat von Ihrem neuen Telefon erfahren
event-bank = Bestätigt von { $bank }
event-reported = Sie sagten, dass eine Anfrage nicht von Ihnen war.
told-untold = { $partner } erfährt es nicht: Die Website nimmt dazu keine Nachrichten an
told-waiting = { $partner } wird benachrichtigt
told-accepted = { $partner } wurde benachrichtigt
told-refused = { $partner } wurde benachrichtigt, nahm die Nachricht aber nicht an
told-expired = { $partner } war nicht zu erreichen
past-outcome = Ergebnis
past-when = Wann
past-domain = Website
past-other-device = Diese Anfrage ist auf einem anderen Bildschirm offen.

## Belege

receipt-see = Beleg ansehen
receipt-title = Beleg
receipt-checking = Wir prüfen den Beleg
receipt-requester = Angefragt von
receipt-what = Anfrage
receipt-browser = Browser
receipt-bank = Bestätigt von
receipt-why = Grund
receipt-factor = Bestätigt mit
receipt-shown = Was Ihnen gezeigt wurde
receipt-chosen = Ihre Wahl
choice-on = Ein
choice-off = Aus
receipt-checks = Von diesem Telefon geprüft
receipt-correct = Alles stimmt.
receipt-other = Was dieses Telefon prüfen kann, stimmt.
receipt-pending = Bisher stimmt alles. In wenigen Sekunden steht der Beleg im Protokoll.
receipt-incorrect = Etwas stimmt nicht. Bewahren Sie diese Seite auf (drucken Sie sie) und wenden Sie sich an die Hilfe von Ipse.
receipt-print = Drucken
receipt-place = Zeile { $index } von { $size }
receipt-kind-approval = Sie haben genehmigt
receipt-kind-refusal = Sie haben abgelehnt
receipt-kind-expiry = Eine Anfrage lief ab
receipt-kind-block = Ihr Ipse wurde gesperrt
receipt-kind-unblock = Die Sperre wurde aufgehoben
receipt-kind-enrolment = Ihr Ipse wurde angelegt
receipt-kind-recovery = Sie haben einen neuen Code gewählt
receipt-kind-device = Ein Gerät hat sich geändert
receipt-moved = Ihr Ipse ist auf ein neues Telefon umgezogen
receipt-kind-sim = Eine SIM wurde verbunden
receipt-kind-return = Ein Browser kam wieder
receipt-kind-attributes = Ihre Bank hat Daten gegeben
receipt-kind-withdrawal = Sie haben Ihre Einwilligung widerrufen
factor-code = Code
factor-unlock = Fingerabdruck oder Gesicht
check-committed-yes = Dieser Beleg gehört Ihnen und ist unverändert.
check-committed-no = Dieser Beleg passt nicht zum Protokoll.
check-committed-pending = Noch nicht geprüft.
check-mine-yes = Dieses Telefon hat ihn unterschrieben.
check-mine-no = Er trägt nicht die Unterschrift dieses Telefons.
check-mine-other = Ein anderes Telefon von Ihnen hat ihn unterschrieben. Nur jenes kann das prüfen.
check-mine-pending = Noch nicht geprüft.
check-promised-yes = Ipse hat unterschrieben, dass dieser Beleg ins Protokoll kommt.
check-promised-no = Die Zusage von Ipse ist ungültig.
check-promised-pending = Noch nicht geprüft.
check-logged-yes = Er steht im unterschriebenen Protokoll. Niemand kann ihn daraus entfernen.
check-logged-now = Er steht im Protokoll, das Ipse jetzt zeigt.
check-logged-no = Er steht nicht im unterschriebenen Protokoll.
check-logged-pending = In wenigen Sekunden steht er im Protokoll.
check-logged-overdue = Er müsste jetzt im unterschriebenen Protokoll stehen und steht nicht darin.
check-continues-yes = Im Protokoll steht noch alles, was sich dieses Telefon gemerkt hat: damals { $before } Einträge, jetzt { $size }.
check-continues-no = Das ist nicht das Protokoll, das sich dieses Telefon gemerkt hat.
check-continues-first = Dieses Telefon wusste noch nichts vom Protokoll. Ab jetzt merkt es sich { $size } Einträge und bemerkt, wenn einer fehlt.
check-continues-pending = Es gibt noch kein unterschriebenes Protokoll.
log-forgot-title = Im Protokoll von Ipse fehlt etwas
log-forgot-what = Jede Entscheidung kommt in ein Protokoll, das Ipse unterschreibt. Dieses Telefon merkt sich das Protokoll, und es war vorher länger. Niemand darf etwas daraus entfernen.
log-forked-title = Das Protokoll von Ipse wurde verändert
log-forked-what = Jede Entscheidung kommt in ein Protokoll, das Ipse unterschreibt. Das Protokoll, das Ipse jetzt zeigt, ist nicht das, das sich dieses Telefon gemerkt hat. Niemand darf es ändern oder Ihnen ein anderes zeigen als anderen.
log-overdue-title = Ipse hat ein Versprechen nicht gehalten
log-overdue-what = Ipse hat unterschrieben, dass dieser Beleg jetzt im Protokoll steht. Er steht nicht darin. Prüfen Sie zuerst, ob die Uhr dieses Telefons richtig geht.
log-do = Kopieren oder speichern Sie den Nachweis. Schicken Sie ihn an die Hilfe von Ipse und an die Aufsicht über Ipse. Er trägt die Unterschrift von Ipse, Ipse kann ihn also nicht abstreiten. Ihre Belege bleiben gültig.
log-noticed = Bemerkt
log-remembered = Dieses Telefon hat sich gemerkt
log-received = Ipse zeigt jetzt
log-promised = Versprochen bis
log-head = { $size } Einträge, unterschrieben am { $time }
log-head-none = gar kein Protokoll
log-copy = Nachweis kopieren
log-copied = Kopiert
log-copy-failed = Hier lässt er sich nicht kopieren. Speichern Sie den Nachweis.
log-save = Nachweis speichern
log-receipt = Beleg zeigen
log-earlier = Am { $day } passte das Protokoll nicht zu dem, was sich dieses Telefon gemerkt hat. Das Telefon bewahrt den Nachweis auf.
log-show = Nachweis zeigen

## Sie

settings-title = Sie
settings-name = Name
settings-sim = SIM
settings-biometric = Fingerabdruck oder Gesicht
settings-email = E-Mail-Adresse
export-title = Meine Daten herunterladen
export-what = Sie bekommen alles, was Ipse über Sie speichert, in einer Datei: wer Sie sind, Ihre Telefone und alles, was Sie genehmigt haben.
export-confirm = Sie bestätigen mit Ihrem Code, und auch Ihre SIM wird gefragt.
export-browser = Lieber am Computer? Gehen Sie dort zu { $address }.
export-save = Datei speichern
export-saved = Gespeichert. Bewahren Sie sie gut auf: Wer sie hat, kennt Sie.
email-none = Nicht hinzugefügt
biometric-now-on = Eingerichtet
biometric-now-off = Nicht eingerichtet
sim-now-connected = Verbunden, { $operator }
sim-now-none = Nicht verbunden
sim-now-changed = Geändert
sim-now-moved = Ihre Nummer hat eine andere SIM
devices-title = Ihre Geräte
devices-why = Jedes Telefon, das in Ihrem Namen handeln kann oder früher konnte.
device-this = Dieses Gerät
device-since = Seit { $time }
device-used = Zuletzt benutzt: { $time }
device-suspended = Gesperrt
device-replaced = Durch ein anderes Telefon ersetzt
device-removed = Entfernt
replaced-title = Ihr Ipse ist auf einem anderen Telefon
replaced-what = Jemand, den Ihre Bank als Sie erkannt hat, hat Ihr Ipse auf ein anderes Telefon umgezogen. Dieses Telefon kann es nicht mehr nutzen. Waren Sie das selbst, müssen Sie hier nichts tun.
replaced-not-me = Das war ich nicht
replaced-start = Ipse auf diesem Telefon neu einrichten
replaced-until = Waren Sie das nicht? Sagen Sie es vor { $time }. Ihr Ipse wird dann sofort gesperrt.
replaced-late = Waren Sie das nicht? Richten Sie Ipse dann mit Ihrer Bank auf diesem Telefon neu ein. Damit ersetzen Sie das andere Telefon.
contested-title = Ihr Ipse ist gesperrt
contested-what = Niemand kann Ihr Ipse jetzt nutzen, auch nicht auf dem anderen Telefon.
contested-do = Gehen Sie zu Ihrer Bank und weisen Sie nach, wer Sie sind. Dann kommt Ihr Ipse auf dieses Telefon zurück.
contested-next = Ipse mit meiner Bank einrichten
install-title = Ipse auf den Startbildschirm legen
about-title = Über Ipse
about-what = Mit Ipse sagen Sie, wer Sie sind: mit Telefon, SIM und Code zusammen.
about-code = Ihr Code ist weder auf diesem Telefon noch bei Ipse gespeichert. Zu jeder Entscheidung gibt es einen Beleg, den Sie selbst prüfen können.
about-scheme = Betrieben von
about-profile = Profil
about-terms = Bedingungen
about-device = Gerät
about-font = Schrift: Atkinson Hyperlegible Next, SIL Open Font License.

block-title = Mein Ipse sperren
block-note = Sofort, überall
block-blocked-title = Ihr Ipse ist geschützt
block-why = Haben Sie Ihr Telefon verloren, oder kommt Ihnen etwas seltsam vor? Sperren Sie Ihr Ipse sofort.
block-what-1 = Keine Website kann es mehr nutzen.
block-what-2 = Was gerade läuft, wird abgebrochen.
block-what-3 = Mit Ihrem Code heben Sie die Sperre wieder auf.
block-now = Jetzt sperren
unblock = Sperre aufheben
unblock-how = Sie heben die Sperre mit Ihrem Code auf.

recover-title = Mit Ihrer Bank einen neuen Code wählen
recover-why = Melden Sie sich bei einer Bank an, die Sie kennt. Danach wählen Sie auf diesem Telefon einen neuen Code.

change-code-title = Meinen Code ändern
forgot-code = Ich habe meinen Code vergessen
change-code-bank = Sie haben keine verbundene SIM. Ihre Bank kann bestätigen, wer Sie sind; dann wählen Sie einen neuen Code.
change-code-next = Danach bestätigen Sie mit Ihrem alten Code.
fingerprint-on = Auf diesem Telefon eingerichtet
fingerprint-off = Auf diesem Telefon nicht eingerichtet
fingerprint-remove-why = Möchten Sie das nicht mehr verwenden? Dann bestätigen Sie nur noch mit Ihrem Code.
fingerprint-none = Dieses Telefon kennt Ihren Fingerabdruck oder Ihr Gesicht noch nicht. Richten Sie das zuerst in den Einstellungen Ihres Telefons ein.
fingerprint-add = Einrichten
fingerprint-remove = Nicht mehr verwenden
fingerprint-next = Im nächsten Schritt fragen wir nach Ihrem Code.
email-title = Ihre E-Mail-Adresse hinzufügen
email-label = Ihre E-Mail-Adresse
email-why = Manche Websites möchten Ihnen schreiben. Eine Website erhält Ihre Adresse nur, wenn Sie Ja sagen. Zuerst schicken wir eine E-Mail, um zu sehen, dass die Adresse Ihnen gehört.
email-send = Code schicken
email-code-title = Welche Ziffern stehen in der E-Mail?
email-code-why = Eine E-Mail mit sechs Ziffern ist unterwegs an diese Adresse.
email-late = Keine E-Mail? Sehen Sie bei den unerwünschten E-Mails (Spam) nach, oder gehen Sie zurück und prüfen Sie die Adresse. Die Ziffern gelten zehn Minuten. Danach bestätigen Sie mit Ihrem Code.
email-mailbox = Postfach der Demo öffnen
email-have = Eine Website, die danach fragt, erhält sie nur, wenn Sie Ja sagen.
email-change = Andere Adresse verwenden
email-remove = Meine Adresse entfernen
email-unavailable = Sie können zurzeit keine E-Mail-Adresse hinzufügen.
new-sim-title = Eine SIM verbinden
new-sim-why = Neue SIM für { $number }? Legen Sie sie in dieses Telefon ein und verbinden Sie sie.
new-sim-how = Sie erhalten eine SMS mit sechs Ziffern und bestätigen dann mit Ihrem Code.
new-sim-moved = { $number } gehört jetzt zu einer anderen SIM. Geben Sie die Nummer Ihrer eigenen SIM an.
new-sim-other = Ich habe eine andere Nummer
new-sim-same = Ich habe dieselbe Nummer

## Probleme: was geschah und was zu tun ist

problem-code = Code: { $code }
problem-malformed_request = Ipse hat diese App nicht verstanden.
    .do = Schließen Sie die App und öffnen Sie sie neu, dann haben Sie die neueste Version.
problem-too_large = Das war zu groß zum Senden.
    .do = Schließen Sie die App, öffnen Sie sie neu und beginnen Sie noch einmal.
problem-unsupported_media_type = Ipse hat diese App nicht verstanden.
    .do = Schließen Sie die App und öffnen Sie sie neu, dann haben Sie die neueste Version.
problem-device_signature_invalid = Ipse kennt dieses Telefon nicht mehr.
    .do = Beginnen Sie hier neu, mit Telefonnummer und Bank.
problem-device_suspended = Ipse akzeptiert dieses Telefon nicht mehr, um Sie zu schützen.
    .do = Beginnen Sie hier neu, mit Ihrer Bank. Wird das abgelehnt, wenden Sie sich an die Hilfe von Ipse und halten Sie Ihren Personalausweis bereit.
problem-device_replaced = Ihr Ipse ist auf einem anderen Telefon.
    .do = Nutzen Sie jenes Telefon. Waren Sie das nicht, sagen Sie es hier oder gehen Sie zu Ihrer Bank.
problem-device_copied = Eine Kopie dieser App scheint in Gebrauch zu sein.
    .do = Ihr Ipse ist überall gesperrt, um Sie zu schützen. Beginnen Sie hier neu, mit Ihrer Bank; wird das abgelehnt, wenden Sie sich an die Hilfe von Ipse und halten Sie Ihren Personalausweis bereit. Haben Sie selbst nichts kopiert, lassen Sie dieses Telefon prüfen.
problem-sequence_stale = Ipse und dieses Telefon sind kurz aus dem Takt geraten.
    .do = Es ist nichts verloren. Versuchen Sie es noch einmal.
problem-sequence_behind = Ipse und dieses Telefon sind kurz aus dem Takt geraten.
    .do = Es ist nichts verloren. Versuchen Sie es noch einmal.
problem-identity_blocked = Ihr Ipse ist gesperrt, darum geht es hier nicht weiter.
    .do = Auf der Startseite sehen Sie, warum, und was Sie tun können.
problem-not_found = Das gibt es nicht mehr, oder es gehört Ihnen nicht.
    .do = Beginnen Sie dort neu, wo Sie angefangen haben.
problem-action_expired = Diese Anfrage ist abgelaufen.
    .do = Es wurde nichts weitergegeben. Beginnen Sie neu auf der Website.
problem-action_closed = Diese Anfrage ist schon abgeschlossen.
    .do = Das Ergebnis sehen Sie im Verlauf.
problem-link_stale = Dieser Code ist zu alt.
    .do = Scannen Sie den Code auf der Website noch einmal; er wechselt jede Sekunde.
problem-scan_required = Diese Anfrage kam über einen Link. Das genügt hier nicht.
    .do = Scannen Sie den Code auf der Website mit der Kamera dieser App.
problem-link_invalid = Das ist kein Code von Ipse.
    .do = Scannen Sie den quadratischen Code bei „Mit Ipse anmelden“.
problem-already_claimed = Ein anderes Telefon war zuerst da.
    .do = Waren Sie das nicht? Brechen Sie auf der Website ab und beginnen Sie neu.
problem-view_changed = Was die Website verlangt, ist nicht, was Ihnen gezeigt wurde.
    .do = Es wurde nichts weitergegeben. Beginnen Sie neu auf der Website.
problem-attempt_open = Eine andere Anfrage läuft noch.
    .do = Schließen Sie diese zuerst ab, oder warten Sie kurz und versuchen Sie es noch einmal.
problem-attempt_unknown = Dieser Versuch ist vorbei.
    .do = Tippen Sie Ihren Code noch einmal.
problem-code_wrong = Dieser Code war falsch.
    .do = { $left ->
        [0] Ihr Ipse ist jetzt gesperrt, um Sie zu schützen. Gehen Sie zur Startseite und wählen Sie mit Ihrer Bank einen neuen Code.
        [one] Noch ein Versuch. Danach wird Ihr Ipse gesperrt, um Sie zu schützen.
       *[other] Noch { $left } Versuche.
    }
problem-proof_invalid = Ihre Bestätigung ließ sich nicht prüfen.
    .do = Es wurde nichts weitergegeben. Versuchen Sie es noch einmal.
problem-fingerprint_exists = Fingerabdruck oder Gesicht ist schon eingerichtet.
    .do = Möchten Sie etwas anderes verwenden? Entfernen Sie dies zuerst.
problem-fingerprint_missing = Fingerabdruck oder Gesicht ist nicht eingerichtet.
    .do = Sie müssen nichts tun.
problem-sim_unavailable = Ihre SIM oder Ihr Anbieter antwortet nicht.
    .do = Prüfen Sie, ob das Telefon Empfang hat, und versuchen Sie es noch einmal. Das kostet Sie keinen Versuch.
problem-sim_not_ready = Dafür brauchen Sie eine verbundene SIM.
    .do = Verbinden Sie Ihre SIM unter „Sie“ und beginnen Sie dann neu auf der Website.
problem-sim_line = Ihr Anbieter sendet derzeit nichts an diese Nummer.
    .do = Rufen Sie ihn an: Der Anschluss ist vielleicht gesperrt oder zieht bald zu einem anderen Anbieter um. Versuchen Sie es danach noch einmal.
problem-sim_mismatch = Die SIM, die geantwortet hat, gehört nicht zu Ihrem Ipse.
    .do = Neue SIM? Verbinden Sie sie unter „Sie“. Wenn nicht, rufen Sie Ihren Anbieter an.
problem-number_disputed = Zwei Anbieter sagen, dass diese Nummer ihnen gehört.
    .do = Rufen Sie Ihren Anbieter an. Verwenden Sie bis dahin eine andere Nummer.
problem-sim_secret_wrong = Diese Ziffern waren falsch.
    .do = { $left ->
        [0] Lassen Sie eine neue Nachricht schicken.
        [one] Noch ein Versuch. Sehen Sie in der neuesten Nachricht nach.
       *[other] Noch { $left } Versuche. Sehen Sie in der neuesten Nachricht nach.
    }
problem-email_invalid = An diese Adresse kann keine E-Mail geschickt werden.
    .do = Prüfen Sie, ob Sie sie richtig eingetippt haben.
problem-email_code_wrong = Diese Ziffern waren falsch.
    .do = { $left ->
        [0] Lassen Sie eine neue E-Mail schicken.
        [one] Noch ein Versuch. Sehen Sie in der neuesten E-Mail nach.
       *[other] Noch { $left } Versuche. Sehen Sie in der neuesten E-Mail nach.
    }
problem-email_missing = Es gibt keine E-Mail-Adresse.
    .do = Sie müssen nichts tun.
problem-email_unavailable = Die E-Mail konnte nicht verschickt werden.
    .do = Prüfen Sie die Adresse und versuchen Sie es gleich noch einmal.
problem-already_enrolled = Sie haben schon ein Ipse.
    .do = Nutzen Sie es auf dem Telefon, auf dem es ist. Haben Sie dieses Telefon verloren? Ihre Bank hilft beim Umzug.
problem-epoch_changed = Ihr Ipse hat sich inzwischen geändert.
    .do = Es wurde nichts weitergegeben. Beginnen Sie dort neu, wo Sie angefangen haben.
problem-level_not_allowed = Das verlangt eine höhere Stufe, als dieses Telefon erreicht.
    .do = Verbinden Sie Ihre SIM unter „Sie“ oder fragen Sie die Website nach einem anderen Weg.
problem-registrar_failed = Die Antwort Ihrer Bank ließ sich nicht prüfen.
    .do = Es wurde nichts gespeichert. Wählen Sie Ihre Bank gleich noch einmal.
problem-bank_declined = Sie wollten nichts weitergeben.
    .do = Wählen Sie erneut eine Bank, oder hören Sie hier auf.
problem-wrong_browser = Das kam in einem anderen Browser zurück als dem, in dem Sie begonnen haben.
    .do = Machen Sie in der App weiter, in der Sie begonnen haben.
problem-person_mismatch = Die Bank hat eine andere Person bestätigt.
    .do = Melden Sie sich bei der Bank als Sie selbst an, mit Ihrem eigenen Konto.
problem-assurance_insufficient = Ihre Bank hat Ihren Personalausweis dafür nicht gut genug geprüft.
    .do = Zeigen Sie Ihren Ausweis bei der Bank oder wählen Sie eine andere Bank.
problem-proofing_stale = Ihr Ipse wurde gesperrt, nachdem Ihre Bank bestätigt hatte, wer Sie sind.
    .do = Melden Sie sich noch einmal bei Ihrer Bank an.
problem-busy = Bei Ipse ist gerade viel los.
    .do = Versuchen Sie es gleich noch einmal. Es ist nichts verloren.
problem-clock_disagrees = Die Uhr von Ipse geht nicht richtig. Bis dahin wird nichts bestätigt.
    .do = Versuchen Sie es in zehn Minuten noch einmal. Es ist nichts verloren.
problem-too_many_requests = Das war zu oft in kurzer Zeit.
    .do = { $hours ->
        [0] Warten Sie { $seconds } Sekunden und versuchen Sie es noch einmal.
        [one] Versuchen Sie es in einer Stunde noch einmal.
       *[other] Versuchen Sie es in { $hours } Stunden noch einmal.
    }
problem-internal = Ipse hat ein technisches Problem.
    .do = Es wurde nichts weitergegeben. Versuchen Sie es gleich noch einmal.
problem-offline = Es gibt keine Verbindung.
    .do = Prüfen Sie, ob das Telefon Empfang oder WLAN hat, und versuchen Sie es noch einmal.
problem-answer_unreadable = Die Antwort von Ipse kam beschädigt an.
    .do = Versuchen Sie es noch einmal. Geschieht es wieder, schließen Sie die App und öffnen Sie sie neu.
problem-view_unreadable = Diese Anfrage enthält Text, der Sie täuschen kann. Darum wird sie nicht gezeigt.
    .do = Es wurde nichts weitergegeben. Warnen Sie die Website, von der die Anfrage kam.
problem-sim_statement_invalid = Die Antwort Ihres Anbieters betrifft nicht diese Anfrage.
    .do = Es wurde nichts weitergegeben. Beginnen Sie neu auf der Website.
problem-unlock_cancelled = Fingerabdruck oder Gesicht wurde nicht erkannt, oder Sie haben abgebrochen.
    .do = Versuchen Sie es noch einmal oder verwenden Sie Ihren Code.
problem-unlock_unavailable = Fingerabdruck oder Gesicht ist auf diesem Telefon nicht eingerichtet.
    .do = Verwenden Sie Ihren Code.
problem-app_outdated = Diese App ist zu alt für diese Anfrage.
    .do = Es wurde nichts weitergegeben. Aktualisieren Sie die App und öffnen Sie die Anfrage dann noch einmal. Erscheint dieser Bildschirm danach wieder, beginnen Sie neu auf der Website oder wenden Sie sich an die Hilfe von Ipse.
problem-camera_unavailable = Die Kamera kann nicht genutzt werden.
    .do = Erlauben Sie sie in den Einstellungen dieses Telefons oder wählen Sie ein Foto des Codes.
problem-qr_not_found = Auf diesem Foto ist kein Code.
    .do = Nehmen Sie ein Foto auf, das das ganze Quadrat zeigt, oder fügen Sie den Text ein.
problem-storage_unavailable = Dieser Browser speichert nichts für die App.
    .do = Verlassen Sie den privaten Modus oder schaffen Sie Platz, und öffnen Sie die App neu.
problem-not_enrolled = Auf diesem Telefon gibt es noch kein Ipse.
    .do = Legen Sie zuerst Ihr Ipse an.
problem-unexpected = In der App ist ein Fehler aufgetreten.
    .do = Schließen Sie die App und öffnen Sie sie neu. Es wurde nichts weitergegeben.

# Anmeldeseite. Sie-Form, kurze Sätze.

page-language = Sprache dieser Seite

sign-in-title = Anmelden bei { $partner }
sign-in-asks = { $partner } möchte wissen, wer Sie sind. Ihr Telefon zeigt, was weitergegeben wird; dort entscheiden Sie.
sign-in-site = Website
sign-in-level = Nötig
sign-in-level-basic = Telefon und Code
sign-in-level-advanced = Telefon, SIM und Code

scan-heading = Mit dem Telefon scannen
scan-how = Öffnen Sie die Ipse-App auf Ihrem Telefon und scannen Sie diesen Code.
scan-fresh = Der Code ändert sich jede Sekunde. Ein altes Bild davon funktioniert nicht.
scan-label = QR-Code zum Scannen mit der Ipse-App
open-heading = Auf diesem Gerät
open-button = Ipse-App öffnen
no-ipse = Noch kein Ipse?
no-ipse-link = Ihr Ipse anlegen

match-title = Schauen Sie auf Ihr Telefon
match-question = Steht auf Ihrem Telefon derselbe Code?
match-yes = Wenn ja, stimmen Sie dort zu. Diese Seite geht von selbst weiter.
match-yes-app = Wenn ja, stimmen Sie in der Ipse-App zu. Sie bringt Sie zu { $partner } zurück.
rescan-heading = Oder diesen Code scannen
rescan-how = Ihr Telefon hat diese Anfrage über einen Link erhalten. Wenn es Sie zum Scannen auffordert, scannen Sie diesen Code mit der Ipse-App.
not-my-phone = Das ist nicht mein Telefon
asked-title = Das Telefon der Testperson wird gefragt
asked-what = Diese Website hat eine Testperson genannt. Deren Telefon wird bei jeder Anmeldung neu gefragt und antwortet von selbst; es gibt nichts einzugeben oder zu scannen.

return-title = Weiter in der Ipse-App
return-what = Ihre Antwort ist da. Die Ipse-App bringt Sie zu { $partner } zurück.

time-left = { $minutes ->
    [0] Noch weniger als eine Minute gültig
    [one] Noch 1 Minute gültig
   *[other] Noch { $minutes } Minuten gültig
}
cancel = Abbrechen
back = Zurück zu { $partner }

form-post-title = Es geht weiter zu { $partner }
form-post-what = Ihr Browser bringt die Antwort von Ipse zu { $partner }. Wenn nichts geschieht, drücken Sie auf den Knopf.
form-post-send = Weiter
try-again = Erneut versuchen
code = Code
request-number = Nummer dieser Anfrage

site-mistake-title = Die Anmeldung kann nicht beginnen
site-mistake-what = Die Website, von der Sie kommen, hat nicht wie vereinbart angefragt. Es wurde nichts weitergegeben.
site-mistake-do = Gehen Sie zurück zur Website und versuchen Sie es erneut. Geschieht es wieder, nennen Sie ihr die Nummer unten.

request-expired-title = Diese Anfrage gilt nicht mehr
request-expired-what = Sie ist abgelaufen oder wurde schon verwendet. Es wurde nichts weitergegeben.
request-expired-do = Gehen Sie zurück zur Website und wählen Sie dort noch einmal die Anmeldung mit Ipse.

action-expired-title = Die Zeit ist um
action-expired-what = Von Ihrem Telefon kam nicht rechtzeitig eine Antwort. Es wurde nichts weitergegeben.
action-expired-do = Gehen Sie zurück zu { $partner } und beginnen Sie neu. Sie haben dann wieder Zeit.

action-cancelled-title = Beendet
action-cancelled-what = Sie haben diese Anmeldung beendet. Es wurde nichts weitergegeben.
action-cancelled-do = Sie kehren jetzt zu { $partner } zurück.

not-my-phone-title = Beendet: Es war ein anderes Telefon
not-my-phone-what = Jemand anderes hatte den Code gescannt. Jenes Telefon kann nichts mehr bestätigen, und es wurde nichts weitergegeben.
not-my-phone-do = Gehen Sie zurück zu { $partner } und beginnen Sie neu. Achten Sie darauf, dass niemand auf Ihren Bildschirm sieht.

identity-blocked-title = Dieses Ipse ist geschützt
identity-blocked-what = Es ist gesperrt, deshalb wurde diese Anmeldung beendet. Es wurde nichts weitergegeben.
identity-blocked-do = Öffnen Sie die Ipse-App. Dort steht, warum, und wie Sie Ihr Ipse wieder nutzen können.

wrong-browser-title = Das begann in einem anderen Browser
wrong-browser-what = Zu Ihrem Schutz geht eine Anmeldung nur dort weiter, wo sie begann. Hier wurde nichts weitergegeben.
wrong-browser-do = Wechseln Sie in den Browser, in dem Sie begonnen haben, oder beginnen Sie hier auf der Website neu.

action-closed-title = Diese Anmeldung ist schon beendet
action-closed-what = Diese Seite gehört zu einer Anmeldung, die abgeschlossen oder abgebrochen ist.
action-closed-do = Möchten Sie sich noch einmal anmelden? Dann beginnen Sie auf der Website neu.

prompt-open-title = Eine Anfrage ist schon offen
prompt-open-what = Diese Person hat noch eine Anfrage derselben Website auf dem Telefon. Es wurde nichts weitergegeben.
prompt-open-do = Beantworten Sie zuerst diese auf dem Telefon, oder warten Sie, bis sie abgelaufen ist.

busy-title = Gerade ist viel los
busy-what = Wir konnten dies im Moment nicht bearbeiten. Es wurde nichts weitergegeben und nichts ging verloren.
busy-do = Warten Sie ein paar Sekunden und versuchen Sie es erneut.

clock-title = Unsere Uhr geht nicht richtig
clock-what = Bis sie wieder richtig geht, bearbeiten wir nichts. Es wurde nichts weitergegeben und nichts ging verloren.
clock-do = Warten Sie zehn Minuten und versuchen Sie es erneut.

server-error-title = Das liegt an uns
server-error-what = Wir konnten diesen Schritt nicht ausführen und haben angehalten. Es wurde nichts weitergegeben.
server-error-do = Beginnen Sie in einer Minute auf der Website neu. Geschieht es wieder, nennen Sie uns die Nummer unten.

page-unknown-title = Diese Seite gibt es nicht
page-unknown-what = Die Adresse stimmt nicht, oder die Seite ist umgezogen.
page-unknown-do = Gehen Sie zurück zu der Website, auf der Sie sich anmelden möchten.

me-title = Ihr Ipse
me-start-what = Sehen Sie, welche Websites etwas von Ihnen bekamen, was und wann. Ihr Telefon fragt Sie zuerst.
me-start-button = Mit meinem Telefon weiter
me-login-title = Ihr Ipse in diesem Browser sehen
me-login-asks = Ihr Telefon fragt Sie zuerst. Dann zeigt dieser Browser, wer etwas von Ihnen bekam, was und wann. Die Daten selbst zeigt er nicht.
me-export-title = Ihre Daten sehen und herunterladen
me-export-asks = Ihr Telefon fragt Sie zuerst, mit SIM und Code. Dann zeigt dieser Browser zehn Minuten lang alles, was Ipse über Sie speichert. Scannen Sie den Code mit der Ipse-App selbst oder öffnen Sie die App auf diesem Gerät: Ein Link oder Bild, das jemand geschickt hat, funktioniert nicht.
me-left = { $minutes ->
    [0] Sie sind noch weniger als eine Minute angemeldet
    [one] Sie sind noch 1 Minute angemeldet
   *[other] Sie sind noch { $minutes } Minuten angemeldet
}
me-sign-out = Abmelden
me-partners = Wer etwas von Ihnen bekam
me-none = Noch niemand. Wenn Sie sich irgendwo anmelden oder Daten teilen, finden Sie es hier.
me-got = Was
me-got-nothing = Nur, dass Sie es sind
me-last = Zuletzt
me-first = Zuerst
me-times = Wie oft
me-withdrawn = Sie haben Ihre Einwilligung am { $day } widerrufen.
me-erase = Was sie hat, hat sie noch: Bitten Sie { $partner }, es zu löschen.
me-data-heading = Ihre Daten
me-data-what = Um die Daten selbst zu sehen und alles herunterzuladen, was Ipse über Sie speichert, sagen Sie auf Ihrem Telefon noch einmal Ja, mit SIM und Code.
me-data-button = Meine Daten sehen und herunterladen
me-data-open = Sie haben auf Ihrem Telefon Ja gesagt. Dieser Browser darf Ihre Daten zeigen, bis Sie sich abmelden.
me-data-see = Meine Daten sehen
me-all-title = Alles, was Ipse über Sie speichert
me-all-what = Stand vom { $day }. Die Datei enthält dasselbe und mehr: frühere Fotos, Nummern von Belegen, was die Bank unterschrieb. Bewahren Sie sie gut auf: Wer sie hat, kennt Sie.
me-download = Als Datei herunterladen
me-identity = Ihr Ipse
me-status = Zustand
me-active = Bereit
me-blocked = Geschützt: gesperrt
me-closed = Geschlossen
me-since = Seit
me-number = Nummer
me-known = Was über Sie bekannt ist
me-known-since = Seit { $day }
me-contact = E-Mail und SIM
me-email = E-Mail-Adresse, geprüft
me-sim = SIM, verbunden
me-devices = Ihre Telefone, und was dort beweist, dass Sie es sind
me-device-over = Nicht mehr in Gebrauch
me-last-used = Zuletzt benutzt
me-key = Schlüssel des Telefons
me-code = Code
me-fingerprint = Fingerabdruck oder Gesicht
me-proof-since = seit { $day }; Ipse kann es nicht lesen
me-given = Was Sie gaben
me-withdrawn-label = Widerrufen
me-yes = Ja
me-no = Nein
me-photo = Foto
me-asked = Alles, was gefragt wurde
me-kind-login = Anmeldung
me-kind-share = Daten teilen
me-kind-confirm = Bestätigung
me-kind-sim = SIM verbinden
me-kind-code = Code ändern
me-kind-fingerprint = Fingerabdruck oder Gesicht
me-kind-email = E-Mail-Adresse
me-kind-unblock = entsperren
me-kind-export = Ihre Daten
me-open = offen
me-approved = genehmigt
me-refused = abgelehnt
me-expired = Zeit war um
me-cancelled = abgebrochen
me-receipts = Belege
me-receipts-count = { $count ->
    [one] 1 Beleg. Sie können ihn in der Ipse-App prüfen.
   *[other] { $count } Belege. Sie können jeden in der Ipse-App prüfen.
}
me-nothing = Nichts
session-over-title = Sie sind abgemeldet
session-over-what = Zu Ihrem Schutz endet das nach zehn Minuten, wenn ein anderer Browser übernimmt und sobald sich an Ihrem Ipse etwas ändert.
session-over-do = Melden Sie sich mit Ihrem Telefon noch einmal an, um weiterzumachen.
action-refused-title = Sie haben Nein gesagt
action-refused-what = Sie haben auf Ihrem Telefon Nein gesagt. Nichts wurde gezeigt.
action-refused-do = Wollten Sie es doch? Dann fangen Sie noch einmal an.

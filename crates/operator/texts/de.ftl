# Die SMS mit den sechs Ziffern. Sie sagt, wofür sie sind, und dass niemand danach fragt: Betrüger fragen danach.
secret-message = { $secret } sind Ihre sechs Ziffern, um { $purpose }. Geben Sie sie nur in der Ipse-App ein, die Sie selbst geöffnet haben, innerhalb von 5 Minuten. Nennen Sie sie niemandem, auch keinem Anrufer: Weder Ipse noch Ihre Bank noch { $operator } fragt danach.
purpose-bind-sim = Ihre SIM mit Ipse zu verbinden
purpose-new-device = ein neues Telefon zu Ihrem Ipse hinzuzufügen
purpose-code-change = den Code Ihres Ipse zu ändern
purpose-sign = mit Ipse zu unterschreiben
notice-new-phone = Ihr Ipse ist jetzt auf einem anderen Telefon. Waren Sie das nicht? Öffnen Sie Ipse auf Ihrem alten Telefon und wählen Sie „Das war ich nicht“, oder gehen Sie zu Ihrer Bank. Weder Ipse noch Ihre Bank noch { $operator } fragt Sie dafür nach einem Code.

# Das simulierte Telefon der Demo.
handset-note = Simuliertes Telefon
messages = Nachrichten
no-messages = Noch keine Nachrichten.
look-again = Noch einmal nachsehen
another-number = Andere Nummer
which-phone = Welches Telefon?
phone-number = Telefonnummer
show-messages = Nachrichten zeigen
phones = Telefone dieses Anbieters
number-not-digits = Eine Telefonnummer besteht nur aus Ziffern, zum Beispiel +32 470 00 00 01.
number-too-short = Es fehlen Ziffern: Eine belgische Mobilnummer hat zehn Ziffern, 0470 00 00 01.
number-too-long = Es sind zu viele Ziffern: Eine belgische Mobilnummer hat zehn Ziffern, 0470 00 00 01.
number-foreign = Vorläufig gehen nur belgische Nummern.
number-landline = Das ist ein Festnetzanschluss. Geben Sie die Nummer eines Mobiltelefons ein.
number-premium = Das ist eine Servicenummer. Geben Sie die Nummer eines Mobiltelefons ein.

# Ipse, l’app sur le téléphone. Français, avec vous. Phrases courtes ; ce qui s’est passé et ce qu’il faut faire.

skip = Aller au contenu
back = Retour
next = Suivant
cancel = Annuler
try-again = Réessayer
start-over = Recommencer
go-home = Accueil
demo = Démo
today = Aujourd’hui
loading = Un instant
loading-note = Nous demandons cela à Ipse.
language = Langue
tabs = Parties de l’app
tab-home = Accueil
tab-scan = Scanner
tab-history = Historique
tab-settings = Vous
open-requests = en attente

handset-title = Messages sur ce téléphone
handset-note = Démo : les SMS vers { $number } et les mails à votre adresse apparaissent ici.
handset-empty = Aucun message pour l’instant.

## Bienvenue et inscription

welcome-title = Votre identité, sur votre téléphone
welcome-lead = Connectez-vous et confirmez avec Ipse, sans mots de passe ni lecteurs de cartes.
welcome-phone = Votre numéro de téléphone et votre SIM
welcome-bank = Votre banque dit qui vous êtes
welcome-code = Un code à cinq chiffres que vous seul connaissez
welcome-begin = Créer votre Ipse
welcome-link = Un site demande qui vous êtes. Créez d’abord votre Ipse. Si cela prend du temps, recommencez sur le site.
welcome-moves = Votre Ipse est sur un autre téléphone ? Il passera sur celui-ci.

enrol-step = Étape { $at } sur { $of }

number-title = Quel est votre numéro de téléphone ?
number-why = Ipse fonctionne avec la SIM de ce téléphone.
number-label = Numéro de téléphone
number-hint = Par exemple 0470 12 34 56
number-wrong = Ce numéro ne convient pas. Vérifiez les chiffres.
number-landline = Ce n’est pas un numéro mobile. Ipse a besoin d’un numéro avec une SIM.

sim-operator = Opérateur
sim-connect = Envoyer le SMS
sim-without = Continuer sans SIM
sim-other-number = Utiliser un autre numéro
sim-ready-title = Votre SIM est prête
sim-ready = { $operator } connaît cette SIM et peut la relier à votre Ipse.
    .do = Vous allez recevoir un SMS avec six chiffres. Gardez ce téléphone à portée de main.
sim-upgradable-title = Votre SIM doit être mise à jour
sim-upgradable = Cette SIM ne peut pas encore être reliée.
    .do = Vous pouvez déjà continuer avec des connexions simples. Demandez à { $operator } de mettre votre SIM à jour, puis reliez-la dans cette app.
sim-incompatible-title = Votre SIM est trop ancienne
sim-incompatible = Cette SIM ne fonctionne pas avec Ipse.
    .do = Vous pouvez déjà continuer avec des connexions simples. Demandez à { $operator } une nouvelle SIM avec le même numéro, puis reliez-la dans cette app.
sim-unknown-title = Nous ne connaissons pas ce numéro
sim-unknown = Aucun opérateur qui travaille avec Ipse ne connaît ce numéro.
    .do = Vérifiez les chiffres, ou utilisez un numéro d’un autre opérateur.

secret-title = Quels chiffres avez-vous reçus ?
secret-why = Un SMS avec six chiffres est en route vers le { $number }.
secret-label = Six chiffres
secret-again = Renvoyer le SMS
secret-sent-again = Un nouveau message est en route. Les anciens chiffres ne sont plus valables.

bank-title = Quelle banque vous connaît ?
bank-why = Votre banque a vérifié votre carte d’identité. Connectez-vous chez elle : elle dira à Ipse qui vous êtes.
bank-own-site = Ouvre le site de la banque
bank-note = Ipse ne voit pas vos comptes, et la banque ne voit pas où vous utilisez Ipse.

vouched-title = Est-ce bien vous, { $name } ?
vouched-why = { $bank } confirme :
vouched-yes = Oui, c’est moi
vouched-no = Non, revenir aux banques
vouched-note = Quelque chose n’est plus exact ? Faites-le d’abord corriger par votre banque.
vouched-replaces = Vous avez déjà un Ipse. Si vous continuez, ce téléphone prend sa place : votre autre téléphone ne fonctionnera plus avec Ipse. Les sites vous reconnaîtront toujours.
given-name = Prénoms
family-name = Nom de famille
birthdate = Date de naissance
nationality = Nationalité
document-number = Carte d’identité
gender = Sexe
gender-female = femme
gender-male = homme
place-of-birth = Lieu de naissance
address = Adresse
photo = Photo
photo-given = de votre banque

code-title = Choisissez un code à cinq chiffres
code-why = Vous le tapez chaque fois que vous approuvez quelque chose. Il n’est conservé nulle part, et personne chez Ipse ne vous le demandera.
code-again-title = Tapez encore une fois ce code
code-again-why = Cela évite une faute de frappe.
code-locking = Nous sécurisons votre code.
code-refused-length = Un code compte cinq chiffres.
code-refused-same-digits = Cinq fois le même chiffre, c’est ce que chacun essaie d’abord. Choisissez un autre code.
code-refused-sequence = Des chiffres qui se suivent se devinent facilement. Choisissez un autre code.
code-refused-pattern = Ce code suit un motif facile à deviner. Choisissez un autre code.
code-refused-phone-number = Ce sont les derniers chiffres de votre numéro. Choisissez un autre code.
code-refused-birth-date = Ce code contient votre année de naissance. Choisissez un autre code.
code-refused-different = Les deux codes n’étaient pas les mêmes. Choisissez de nouveau votre code.
pad-count = { $count } chiffres tapés sur { $of }
pad-erase = Effacer le dernier chiffre

biometric-title = Utiliser aussi votre empreinte ou votre visage ?
biometric-why = Vous approuvez alors les choses simples sans taper votre code.
biometric-note = Votre empreinte ou votre visage reste sur ce téléphone. Votre code continue de fonctionner.
biometric-yes = Oui, l’activer
biometric-no = Non, seulement mon code
biometric-later = Cela ne marche pas ? Continuez avec votre code seul. Vous pourrez activer ceci plus tard.
finishing-title = Presque terminé

ready-title = Bienvenue, { $name }
ready-advanced = Votre Ipse est prêt : téléphone, SIM et code sont reliés tous les trois.
ready-basic = Votre Ipse est prêt pour les connexions simples. Reliez une SIM pour tout le reste.
ready-replaced = Votre Ipse se trouve maintenant sur ce téléphone. Votre autre téléphone ne fonctionne plus avec lui.
limited-soon = Pour votre sécurité, ce téléphone ne permet pour l’instant que les connexions simples. Nous prévenons d’abord votre ancien numéro.
limited-until = Pour votre sécurité, ce téléphone ne permet que les connexions simples jusqu’au { $time }.
enrol-again-code = Choisir à nouveau votre code
enrol-again-bank = Retourner à ma banque
ready-how = Sur un site, choisissez « Se connecter avec Ipse ». Puis scannez avec cette app le code à l’écran.
ready-home = Vers mon Ipse
ready-continue = Passer à la demande

## Accueil

home-title = Bonjour { $name }
home-scan = Scanner un code
status-active = Prêt à l’emploi
status-suspended = Protégé
status-closed = Fermé
status-blocked-note = Personne ne peut utiliser votre Ipse pour l’instant, sur aucun site.
level-advanced = Téléphone, SIM et code sont reliés.
level-basic = Téléphone et code sont reliés, votre SIM ne l’est pas. Cela suffit pour les connexions simples.
level-short-advanced = Avancé (téléphone, SIM et code)
level-short-basic = De base (téléphone et code)
open-title = En attente de votre réponse
open-none = Rien ne vous attend.
returning-title = Peut revenir
returning-why = Ces navigateurs peuvent revenir sans vous le demander. Vous l’avez permis en vous connectant.
returning-until = { $browser }, jusqu’à { $time }
returning-stop = Arrêter maintenant
past-title = Récemment
past-more = Tout voir
wrong-since-last = { $count ->
    [one] Un code erroné a été tapé depuis votre dernière approbation. Ce n’était pas vous ? Bloquez votre Ipse.
   *[other] Un code erroné a été tapé { $count } fois depuis votre dernière approbation. Ce n’était pas vous ? Bloquez votre Ipse.
}

reason-person = Vous avez bloqué votre Ipse vous-même.
    .do = Levez le blocage avec votre code dès que vous êtes sûr que tout va bien.
reason-code-exhausted = Trop de codes erronés ont été tapés.
    .do = Connectez-vous chez votre banque et choisissez un nouveau code.
reason-sim-changed = Votre numéro est passé sur une autre SIM.
    .do = Si c’est vous, reliez la nouvelle SIM. Sinon, appelez votre opérateur sans attendre.
reason-sim-lost = Votre SIM a été déclarée perdue.
    .do = Dès que vous avez une nouvelle SIM avec votre numéro, reliez-la ici.
reason-device-lost = Ce téléphone a été déclaré perdu.
    .do = Recréez votre Ipse sur votre nouveau téléphone, avec votre banque.
reason-contested = Un de vos anciens téléphones a dit que le nouveau n’est pas le vôtre.
    .do = Allez à votre banque et prouvez qui vous êtes. Cela seul lève ce blocage.
reason-document = Votre carte d’identité n’est plus valable.
    .do = Demandez une nouvelle carte à la commune, puis prouvez de nouveau qui vous êtes.
reason-registrar = Votre banque ne confirme plus qui vous êtes.
    .do = Demandez-lui pourquoi, puis connectez-vous de nouveau chez elle.
reason-deceased = Selon le registre de la population, le titulaire est décédé.
    .do = Est-ce une erreur ? Contactez votre commune.
reason-fraud = Ipse a vu des signes d’abus. Votre Ipse est bloqué pour vous protéger.
    .do = Contactez l’aide d’Ipse. Gardez votre carte d’identité à portée de main.
reason-other = Votre Ipse est bloqué. Cette app ne peut pas montrer pourquoi.
    .do = Fermez l’app et rouvrez-la pour obtenir la dernière version. Si la raison manque toujours, contactez l’aide d’Ipse.
way-block = Lever le blocage
way-recover = Aller à ma banque
way-new-sim = Relier la nouvelle SIM

## Scanner

scan-title = Scannez le code sur le site
scan-how = Placez dans le cadre le code carré de l’autre écran.
scan-camera = Ce que voit la caméra
scan-no-camera = Il n’y a pas de caméra, ou l’app ne peut pas l’utiliser. Choisissez une photo ou collez le texte ci-dessous.
scan-otherwise = Autres possibilités
scan-picture = Choisir une photo du code
scan-text = Texte du code
scan-paste = Coller
claiming = Nous chargeons la demande
claiming-note = Vous la verrez dans un instant. Rien ne se fait sans votre accord.

## Une demande

verified = Site vérifié :
they-get = { $partner } reçoit
share-kept = Vous gardez ceci pour vous
share-was-kept = Vous l’avez gardé pour vous
share-was-missing = Vous ne l’aviez pas
missing-title = { $partner } demande aussi
missing-add-email = Ajouter mon adresse e-mail
missing-fetch-bank = La demander à ma banque
missing-waits = Vous pouvez d’abord l’ajouter : cette demande attend jusqu’à dix minutes. Ou continuez sans.
missing-without = Vous pouvez continuer sans.
fetch-bank-title = Ce que sait votre banque
fetch-bank-why = Connectez-vous à une banque qui vous connaît. Elle donne à Ipse ce que le site demande et que vous n’avez pas encore, comme votre adresse ou votre photo.
fetch-bank-note = Vous revenez ensuite à la demande, qui attend jusqu’à dix minutes. Ce que donne la banque remplace ce qu’Ipse avait d’une banque. Le site ne reçoit rien avant votre confirmation.
match-ask = Voyez-vous ces trois caractères là où vous avez commencé ?
started = Commencé
started-app = Sur ce téléphone, { $browser }
started-qr = Sur un autre écran, { $browser }
started-link = Par un lien, { $browser }
started-backchannel = Sans navigateur
warning-started_elsewhere = Cette demande est arrivée par un lien, pas depuis votre propre écran. Ne continuez que si vous l’avez lancée vous-même.
scan-instead = Scanner plutôt le code du site
level = Niveau
valid-until = Valable jusqu’à
what-after = Si vous continuez, vous confirmez avec votre code ou votre empreinte. Ce n’est qu’alors que { $partner } reçoit une réponse.
what-after-code = Si vous continuez, vous confirmez avec votre code.
what-after-confirm = Si vous continuez, vous confirmez avec votre code ou votre empreinte. Sans cela, rien ne se passe.
expires-soon = Il reste moins d’une minute. Trop tard ? Recommencez sur le site.
refuse = Refuser
continue = Continuer
not-me = Je n’ai pas fait cette demande
confirm-code-title = Votre code
confirm-biometric-title = Confirmez avec votre empreinte ou votre visage
confirm-biometric = Confirmer
use-code = Utiliser mon code
use-biometric = Utiliser mon empreinte ou mon visage
tries-left = { $count ->
    [one] Encore un essai. Ensuite, votre Ipse sera bloqué pour vous protéger.
   *[other] Encore { $count } essais.
}
contacting-sim = Nous contactons votre SIM…
confirming = Nous confirmons

unsupported-title = Cette app ne peut pas montrer cette demande
unsupported-why = La demande exige une version plus récente de l’app. Mettez l’app à jour, ou refusez la demande.
unsupported-do = { $partner } ne reçoit rien tant que vous n’avez pas vu toute la demande. Si vous revoyez cet écran après la mise à jour, refusez.
update-app = Mettre à jour

outcome-approved-title = C’est fait
outcome-refused-title = Refusé
outcome-approved-what = Vous avez dit oui à { $partner }.
outcome-shared = { $partner } a reçu ceci de vous.
outcome-confirmed = Vous avez confirmé ceci. { $partner } en a reçu la preuve.
outcome-picture = La photo que vous avez vue
outcome-refused-what = Vous avez dit non. { $partner } n’a rien reçu de vous.
outcome-refused-confirm = Vous avez dit non. { $partner } l’apprend, et rien ne se passe.
outcome-code = Votre code est changé. Utilisez désormais votre nouveau code.
outcome-fingerprint-added = Vous pouvez maintenant aussi confirmer avec votre empreinte ou votre visage.
outcome-fingerprint-removed = Vous confirmez maintenant uniquement avec votre code.
outcome-email-set = Votre adresse e-mail est enregistrée. Un site qui la demande la reçoit quand vous dites oui.
outcome-email-removed = Votre adresse e-mail est supprimée.
outcome-export = Vos données sont ouvertes pendant dix minutes.
outcome-waiting = Continuer chez { $partner }
outcome-sim = Votre nouvelle SIM est reliée.
outcome-unblock = Le blocage est levé. Votre Ipse fonctionne de nouveau.
outcome-nothing-changed = Vous avez dit non : rien n’a changé.
outcome-look-there = Regardez l’autre écran : la suite s’y affiche toute seule.
outcome-return = Revenir à { $domain }
wasnt-me = Ce n’était pas moi
wasnt-me-approved = Nous bloquons tout de suite votre Ipse, partout, et nous notons que vous n’avez pas approuvé cela.
wasnt-me-other = Nous bloquons tout de suite votre Ipse, partout, et nous notons que vous n’avez pas demandé cela.
wasnt-me-block = Bloquer mon Ipse
reported = Votre Ipse est bloqué et votre signalement est noté.
    .do = Dites-le aussi au site. Vous pourrez lever le blocage avec votre code.

kind-login = Connexion
kind-code = Code changé
kind-fingerprint = Empreinte ou visage
kind-email = Adresse e-mail
kind-export = Vos données
kind-share = Données
kind-confirm = Confirmation
kind-sim = Nouvelle SIM
kind-unblock = Levée du blocage
kind-unknown = Autre demande
outcome-created = En attente
outcome-linked = En attente
outcome-approved = Approuvé
outcome-delivered = Approuvé
outcome-refused = Refusé
outcome-expired = Expiré
outcome-cancelled = Annulé
outcome-returned = Revenu sans vous demander
returned-why = Ce navigateur est revenu. Vous l’avez permis en approuvant la connexion.
outcome-withdrawn = Accord retiré

## Ce que chaque site a reçu, et comment y mettre fin

partners-title = Qui a reçu quoi
partners-note = Ce que chaque site a reçu de vous
partners-why = Tous les sites qui ont reçu quelque chose de vous avec Ipse. Ouvrez-en un pour voir ce que c’était, ou pour retirer votre accord.
partners-none = Aucun site n’a encore rien reçu de vous.
partner-got = Ce que { $partner } a reçu de vous
partner-note = Tout voir, ou retirer votre accord
partner-nothing = Aucune donnée. { $partner } vous reconnaît seulement quand vous revenez.
partner-no-details = Aucune donnée
partner-more = { $count } autres
partner-purpose = Pour quoi
partner-first = Première fois
partner-last = Dernière fois
partner-answers = Combien de fois
partner-times = { $count } fois
partner-requests = Demandes de { $partner }
partner-receipts = Chacune a son reçu.
attribute-name = Nom complet
attribute-given-name = Prénom
attribute-family-name = Nom de famille
attribute-locale = Langue
attribute-email = Adresse e-mail
attribute-email-verified = Que votre adresse e-mail est vérifiée
attribute-birthdate = Date de naissance
attribute-age-gte-16 = Si vous avez 16 ans ou plus
attribute-age-gte-18 = Si vous avez 18 ans ou plus
attribute-age-gte-21 = Si vous avez 21 ans ou plus
attribute-age-gte-30 = Si vous avez 30 ans ou plus
attribute-gender = Sexe
attribute-place-of-birth = Lieu de naissance
attribute-nationalities = Nationalité
attribute-picture = Photo
attribute-be-national-number = Numéro national
attribute-address = Adresse
attribute-phone-number = Numéro de téléphone
attribute-phone-number-verified = Que votre numéro est vérifié
attribute-document-number = Numéro de votre document
attribute-document-type = Type de document
attribute-document-valid-until = Fin de validité de votre document
attribute-verified-by = Qui a vérifié votre identité
attribute-verified-on = Quand votre identité a été vérifiée
attribute-identification-mode = Comment votre identité a été vérifiée
attribute-document-issuer = Pays de votre document
attribute-trust-framework = Selon quelles règles votre identité a été vérifiée
attribute-assurance-level = Avec quelle rigueur votre identité a été vérifiée
attribute-device-age = Depuis quand votre téléphone a votre Ipse
attribute-device-key = Où se trouve la clé de votre téléphone
attribute-sim-age = Depuis quand votre SIM est la même
attribute-other = Une autre donnée ({ $name })
withdraw = Retirer mon accord
withdraw-title = Retirer votre accord ?
withdraw-now = Retirer
withdraw-why = Cela vaut pour tout ce que vous avez approuvé jusqu’ici pour { $partner }.
withdraw-ends = Ceci s’arrête tout de suite.
    .what = { $partner } ne peut plus rien obtenir avec ce que vous avez approuvé. Les navigateurs qui y revenaient sans demander doivent à nouveau vous demander.
withdraw-told = { $partner } en est averti.
    .what = Ipse lui fait savoir que vous avez retiré votre accord, et pour quoi.
withdraw-untold = { $partner } n’en est pas averti.
    .what = Ce site n’accepte pas de messages d’Ipse à ce sujet. Dites-le-lui vous-même.
withdraw-stays = Ce que { $partner } a déjà, il le garde.
    .what = Ipse ne peut pas le reprendre. Seul { $partner } peut l’effacer, et vous avez le droit de le demander.
withdraw-again = Vous pouvez toujours y retourner.
    .what = Si { $partner } vous redemande quelque chose, vous décidez à nouveau.
withdrawn-title = Accord retiré
withdrawn = Vous avez retiré votre accord. { $partner } ne reçoit plus rien de vous avec Ipse, sauf si vous dites oui à nouveau.
withdrawn-on = Accord retiré : { $time }
withdraw-receipt = Reçu du retrait
erase-how = Comment faire effacer vos données
erase-title = Faire effacer vos données par { $partner }
erase-right = Ipse ne peut pas le faire pour vous et ne connaît pas l’adresse où écrire. Vous la trouvez dans la déclaration de confidentialité sur { $domain }. { $partner } doit vous répondre dans le mois.
erase-label = Un texte que vous pouvez envoyer
erase-everything = tout ce que vous savez de moi
erase-letter =
    À { $partner } ({ $domain })

    Le { $day }, j’ai retiré l’accord que je vous avais donné avec Ipse. Veuillez effacer les données que vous avez reçues de moi de cette façon :

    { $details }

    L’article 17 du RGPD me donne ce droit.

    Veuillez me confirmer dans le mois que c’est fait. Si vous devez en conserver une partie, dites-moi laquelle et pourquoi.

    { $name }
letter-copy = Copier le texte
letter-copied = Copié. Collez-le dans un e-mail ou un formulaire.
letter-selected = Le texte est sélectionné. Copiez-le maintenant.

history-title = Historique
history-why = Toutes les demandes, y compris celles que vous avez refusées ou laissé expirer, et tout ce qui est arrivé à votre Ipse.
history-more = Afficher ce qui précède
ended-not-me = Vous avez dit que la demande n’était pas de vous
ended-wrong-details = Vous avez dit que les données étaient fausses
ended-superseded = Remplacé par une demande plus récente
ended-browser = Annulé dans le navigateur
ended-level = Ce téléphone ne pouvait pas faire ce qui était demandé
ended-new-phone = Annulé, car votre Ipse est passé sur un nouveau téléphone
ended-blocked = Annulé, car votre Ipse a été bloqué
event-other = Quelque chose a changé
event-notice = Votre ancien numéro a été averti de votre nouveau téléphone
event-bank = Confirmé par { $bank }
event-reported = Vous avez dit qu’une demande n’était pas de vous.
told-untold = { $partner } n’est pas averti : ce site n’accepte pas de messages à ce sujet
told-waiting = { $partner } va être averti
told-accepted = { $partner } a été averti
told-refused = { $partner } a été averti, mais n’a pas accepté le message
told-expired = { $partner } n’a pas pu être averti
past-outcome = Résultat
past-when = Quand
past-domain = Site
past-other-device = Cette demande est ouverte sur un autre écran.

## Reçus

receipt-see = Voir le reçu
receipt-title = Reçu
receipt-checking = Nous vérifions le reçu
receipt-requester = Demandé par
receipt-what = Demande
receipt-browser = Navigateur
receipt-bank = Confirmé par
receipt-why = Raison
receipt-factor = Confirmé avec
receipt-shown = Ce qui vous a été montré
receipt-chosen = Votre choix
choice-on = Activé
choice-off = Désactivé
receipt-checks = Vérifié par ce téléphone
receipt-correct = Tout est en ordre.
receipt-other = Ce que ce téléphone peut vérifier est en ordre.
receipt-pending = Jusqu’ici tout est en ordre. Le reçu sera au journal dans quelques secondes.
receipt-incorrect = Quelque chose ne va pas. Gardez cette page (imprimez-la) et contactez l’aide d’Ipse.
receipt-print = Imprimer
receipt-place = ligne { $index } sur { $size }
receipt-kind-approval = Vous avez approuvé
receipt-kind-refusal = Vous avez refusé
receipt-kind-expiry = Une demande a expiré
receipt-kind-block = Votre Ipse a été bloqué
receipt-kind-unblock = Le blocage a été levé
receipt-kind-enrolment = Votre Ipse a été créé
receipt-kind-recovery = Vous avez choisi un nouveau code
receipt-kind-device = Un appareil a changé
receipt-moved = Votre Ipse est passé sur un nouveau téléphone
receipt-kind-sim = Une SIM a été reliée
receipt-kind-return = Un navigateur est revenu
receipt-kind-attributes = Votre banque a donné des données
receipt-kind-withdrawal = Vous avez retiré votre accord
factor-code = Code
factor-unlock = Empreinte ou visage
check-committed-yes = Ce reçu est le vôtre et n’a pas changé.
check-committed-no = Ce reçu ne correspond pas au journal.
check-committed-pending = Pas encore vérifié.
check-mine-yes = Ce téléphone l’a signé.
check-mine-no = Il ne porte pas la signature de ce téléphone.
check-mine-other = Un autre de vos téléphones l’a signé. Lui seul peut le vérifier.
check-mine-pending = Pas encore vérifié.
check-promised-yes = Ipse a signé que ce reçu figurera au journal.
check-promised-no = La promesse d’Ipse n’est pas valable.
check-promised-pending = Pas encore vérifié.
check-logged-yes = Il figure au journal signé. Personne ne peut l’en retirer.
check-logged-now = Il figure au journal qu’Ipse montre maintenant.
check-logged-no = Il ne figure pas au journal signé.
check-logged-pending = Il sera au journal dans quelques secondes.
check-logged-overdue = Il devrait déjà figurer au journal signé, et il n’y est pas.
check-continues-yes = Le journal contient toujours tout ce que ce téléphone a retenu : { $before } lignes alors, { $size } maintenant.
check-continues-no = Ce n’est pas le journal que ce téléphone a retenu.
check-continues-first = Ce téléphone ne savait encore rien du journal. Désormais, il en retient { $size } lignes et remarque s’il en manque une.
check-continues-pending = Il n’y a pas encore de journal signé.
log-forgot-title = Quelque chose a disparu du journal d’Ipse
log-forgot-what = Chaque décision entre dans un journal qu’Ipse signe. Ce téléphone retient ce journal, et il était plus long avant. Personne ne peut rien en retirer.
log-forked-title = Le journal d’Ipse a été modifié
log-forked-what = Chaque décision entre dans un journal qu’Ipse signe. Le journal qu’Ipse montre maintenant n’est pas celui que ce téléphone a retenu. Personne ne peut le modifier, ni vous montrer un autre journal qu’aux autres.
log-overdue-title = Ipse n’a pas tenu une promesse
log-overdue-what = Ipse a signé que ce reçu figurerait au journal à cette heure. Il n’y est pas. Vérifiez d’abord que l’heure de ce téléphone est juste.
log-do = Copiez ou enregistrez la preuve. Envoyez-la à l’aide d’Ipse et à l’autorité qui contrôle Ipse. Elle porte la signature d’Ipse : Ipse ne peut pas la nier. Vos reçus restent valables.
log-noticed = Remarqué
log-remembered = Ce téléphone a retenu
log-received = Ipse montre maintenant
log-promised = Promis pour
log-head = { $size } lignes, signées le { $time }
log-head-none = aucun journal
log-copy = Copier la preuve
log-copied = Copiée
log-copy-failed = Impossible de copier ici. Enregistrez la preuve.
log-save = Enregistrer la preuve
log-receipt = Voir le reçu
log-earlier = Le { $day }, le journal ne correspondait pas à ce que ce téléphone a retenu. Le téléphone garde la preuve.
log-show = Voir la preuve

## Vous

settings-title = Vous
settings-name = Nom
settings-sim = SIM
settings-biometric = Empreinte ou visage
settings-email = Adresse e-mail
export-title = Télécharger mes données
export-what = Vous recevez tout ce qu’Ipse garde sur vous dans un seul fichier : qui vous êtes, vos téléphones et tout ce que vous avez accepté.
export-confirm = Vous confirmez avec votre code, et votre SIM est interrogée aussi.
export-browser = Plutôt sur un ordinateur ? Allez-y à { $address }.
export-save = Enregistrer le fichier
export-saved = Enregistré. Gardez-le bien : qui l’a vous connaît.
email-none = Pas ajoutée
biometric-now-on = Activé
biometric-now-off = Non activé
sim-now-connected = Reliée, { $operator }
sim-now-none = Non reliée
sim-now-changed = Changée
sim-now-moved = Votre numéro a une autre SIM
devices-title = Vos appareils
devices-why = Chaque téléphone qui peut agir en votre nom, ou qui le pouvait avant.
device-this = Celui-ci
device-since = Depuis le { $time }
device-used = Dernier usage le { $time }
device-suspended = Hors service
device-replaced = Remplacé par un autre téléphone
device-removed = Supprimé
replaced-title = Votre Ipse est sur un autre téléphone
replaced-what = Quelqu’un que votre banque a reconnu comme étant vous a déplacé votre Ipse sur un autre téléphone. Ce téléphone ne peut plus l’utiliser. Si c’était vous, vous n’avez rien à faire ici.
replaced-not-me = Ce n’était pas moi
replaced-start = Réinstaller Ipse sur ce téléphone
replaced-until = Ce n’était pas vous ? Dites-le avant le { $time }. Votre Ipse sera bloqué aussitôt.
replaced-late = Ce n’était pas vous ? Réinstallez alors Ipse sur ce téléphone avec votre banque. Vous remplacerez ainsi l’autre téléphone.
contested-title = Votre Ipse est bloqué
contested-what = Personne ne peut utiliser votre Ipse, pas non plus sur l’autre téléphone.
contested-do = Allez à votre banque et prouvez qui vous êtes. Votre Ipse reviendra alors sur ce téléphone.
contested-next = Installer Ipse avec ma banque
install-title = Placer Ipse sur l’écran d’accueil
about-title = À propos d’Ipse
about-what = Avec Ipse, vous dites qui vous êtes, avec votre téléphone, votre SIM et votre code ensemble.
about-code = Votre code n’est ni sur ce téléphone ni chez Ipse. Pour chaque décision, vous avez un reçu que vous pouvez vérifier vous-même.
about-scheme = Géré par
about-profile = Profil
about-terms = Conditions
about-device = Appareil
about-font = Caractères : Atkinson Hyperlegible Next, SIL Open Font License.

block-title = Bloquer mon Ipse
block-note = Tout de suite, partout
block-blocked-title = Votre Ipse est protégé
block-why = Vous avez perdu votre téléphone, ou quelque chose vous inquiète ? Bloquez tout de suite votre Ipse.
block-what-1 = Plus aucun site ne peut l’utiliser.
block-what-2 = Ce qui est en cours s’arrête.
block-what-3 = Vous levez le blocage avec votre code.
block-now = Bloquer maintenant
unblock = Lever le blocage
unblock-how = Vous levez le blocage avec votre code.

recover-title = Choisissez un nouveau code avec votre banque
recover-why = Connectez-vous chez une banque qui vous connaît. Vous choisissez ensuite un nouveau code sur ce téléphone.

change-code-title = Changer mon code
forgot-code = J’ai oublié mon code
change-code-bank = Vous n’avez pas de SIM reliée. Votre banque peut confirmer qui vous êtes ; vous choisirez ensuite un nouveau code.
change-code-next = Vous confirmerez ensuite avec votre ancien code.
fingerprint-on = Activé sur ce téléphone
fingerprint-off = Non activé sur ce téléphone
fingerprint-remove-why = Vous ne voulez plus l’utiliser ? Vous confirmerez alors uniquement avec votre code.
fingerprint-none = Ce téléphone ne connaît pas encore votre empreinte ou votre visage. Activez-le d’abord dans les réglages de votre téléphone.
fingerprint-add = Activer
fingerprint-remove = Ne plus utiliser
fingerprint-next = À l’étape suivante, nous demandons votre code.
email-title = Ajoutez votre adresse e-mail
email-label = Votre adresse e-mail
email-why = Certains sites veulent vous écrire. Ils reçoivent votre adresse seulement quand vous dites oui. D’abord, nous envoyons un e-mail pour voir que l’adresse est la vôtre.
email-send = Envoyez-moi un code
email-code-title = Quels chiffres sont dans l’e-mail ?
email-code-why = Un e-mail avec six chiffres est en route vers cette adresse.
email-late = Pas d’e-mail ? Regardez dans les indésirables (spam), ou revenez en arrière et vérifiez l’adresse. Les chiffres sont valables dix minutes. Vous confirmerez ensuite avec votre code.
email-mailbox = Ouvrir la boîte aux lettres de la démo
email-have = Un site qui la demande la reçoit seulement quand vous dites oui.
email-change = Utiliser une autre adresse
email-remove = Supprimer mon adresse
email-unavailable = Vous ne pouvez pas ajouter d’adresse e-mail pour l’instant.
new-sim-title = Relier une SIM
new-sim-why = Une nouvelle SIM pour le { $number } ? Mettez-la dans ce téléphone et reliez-la.
new-sim-how = Vous recevez un SMS avec six chiffres, puis vous confirmez avec votre code.
new-sim-moved = { $number } appartient maintenant à une autre SIM. Indiquez le numéro de votre propre SIM.
new-sim-other = J’ai un autre numéro
new-sim-same = J’ai le même numéro

## Problèmes : ce qui s’est passé, et ce qu’il faut faire

problem-code = Code : { $code }
problem-malformed_request = Ipse n’a pas compris cette app.
    .do = Fermez l’app et rouvrez-la : vous aurez la dernière version.
problem-too_large = C’était trop volumineux pour être envoyé.
    .do = Fermez l’app, rouvrez-la et recommencez.
problem-unsupported_media_type = Ipse n’a pas compris cette app.
    .do = Fermez l’app et rouvrez-la : vous aurez la dernière version.
problem-device_signature_invalid = Ipse ne connaît plus ce téléphone.
    .do = Recommencez ici, avec votre numéro et votre banque.
problem-device_suspended = Ipse n’accepte plus ce téléphone, pour vous protéger.
    .do = Recommencez ici, avec votre banque. Si c’est refusé, contactez l’aide d’Ipse, votre carte d’identité à portée de main.
problem-device_replaced = Votre Ipse est sur un autre téléphone.
    .do = Utilisez ce téléphone. Si ce n’était pas vous, dites-le ici ou allez à votre banque.
problem-device_copied = Une copie de cette app semble être utilisée.
    .do = Votre Ipse est bloqué partout pour vous protéger. Recommencez ici, avec votre banque ; si c’est refusé, contactez l’aide d’Ipse, votre carte d’identité à portée de main. Si vous n’avez rien copié vous-même, faites vérifier ce téléphone.
problem-sequence_stale = Ipse et ce téléphone ont perdu le fil un instant.
    .do = Rien n’est perdu. Réessayez.
problem-sequence_behind = Ipse et ce téléphone ont perdu le fil un instant.
    .do = Rien n’est perdu. Réessayez.
problem-identity_blocked = Votre Ipse est bloqué, donc vous ne pouvez pas continuer.
    .do = Allez à l’accueil : vous y lisez pourquoi, et ce que vous pouvez faire.
problem-not_found = Ceci n’existe plus, ou n’est pas à vous.
    .do = Recommencez là où vous aviez commencé.
problem-action_expired = Cette demande a expiré.
    .do = Rien n’a été transmis. Recommencez sur le site.
problem-action_closed = Cette demande est déjà terminée.
    .do = Vous trouverez le résultat dans l’historique.
problem-link_stale = Ce code est trop ancien.
    .do = Scannez de nouveau le code du site ; il change chaque seconde.
problem-scan_required = Cette demande est arrivée par un lien. Cela ne suffit pas ici.
    .do = Scannez le code du site avec la caméra de cette app.
problem-link_invalid = Ce n’est pas un code d’Ipse.
    .do = Scannez le code carré près de « Se connecter avec Ipse ».
problem-already_claimed = Un autre téléphone a été plus rapide.
    .do = Ce n’était pas vous ? Annulez sur le site et recommencez.
problem-view_changed = Ce que le site demande n’est pas ce qui vous a été montré.
    .do = Rien n’a été transmis. Recommencez sur le site.
problem-attempt_open = Une autre demande est en cours.
    .do = Terminez-la, ou attendez un instant, et réessayez.
problem-attempt_unknown = Cet essai est terminé.
    .do = Tapez de nouveau votre code.
problem-code_wrong = Ce code était erroné.
    .do = { $left ->
        [0] Votre Ipse est maintenant bloqué pour vous protéger. Allez à l’accueil et choisissez un nouveau code avec votre banque.
        [one] Encore un essai. Ensuite, votre Ipse sera bloqué pour vous protéger.
       *[other] Encore { $left } essais.
    }
problem-proof_invalid = Votre confirmation n’a pas pu être vérifiée.
    .do = Rien n’a été transmis. Réessayez.
problem-fingerprint_exists = L’empreinte ou le visage est déjà activé.
    .do = Pour en utiliser un autre, retirez d’abord celui-ci.
problem-fingerprint_missing = L’empreinte ou le visage n’est pas activé.
    .do = Vous n’avez rien à faire.
problem-sim_unavailable = Votre SIM ou votre opérateur ne répond pas.
    .do = Vérifiez le réseau du téléphone, puis réessayez. Cela ne vous coûte aucun essai.
problem-sim_not_ready = Ceci demande une SIM reliée.
    .do = Reliez votre SIM sous « Vous », puis recommencez sur le site.
problem-sim_line = Votre opérateur n’envoie rien à ce numéro pour le moment.
    .do = Appelez-le : la ligne est peut-être bloquée, ou sur le point de passer chez un autre opérateur. Réessayez ensuite.
problem-sim_mismatch = La SIM qui a répondu n’est pas celle de votre Ipse.
    .do = Nouvelle SIM ? Reliez-la sous « Vous ». Sinon, appelez votre opérateur.
problem-number_disputed = Deux opérateurs disent que ce numéro est à eux.
    .do = Appelez votre opérateur. En attendant, utilisez un autre numéro.
problem-sim_secret_wrong = Ces chiffres étaient erronés.
    .do = { $left ->
        [0] Faites envoyer un nouveau message.
        [one] Encore un essai. Regardez le dernier message.
       *[other] Encore { $left } essais. Regardez le dernier message.
    }
problem-email_invalid = On ne peut pas envoyer d’e-mail à cette adresse.
    .do = Vérifiez si vous l’avez bien tapée.
problem-email_code_wrong = Ces chiffres étaient erronés.
    .do = { $left ->
        [0] Faites envoyer un nouvel e-mail.
        [one] Encore un essai. Regardez l’e-mail le plus récent.
       *[other] Encore { $left } essais. Regardez l’e-mail le plus récent.
    }
problem-email_missing = Il n’y a pas d’adresse e-mail.
    .do = Vous n’avez rien à faire.
problem-email_unavailable = L’e-mail n’a pas pu être envoyé.
    .do = Vérifiez l’adresse et réessayez dans un instant.
problem-already_enrolled = Vous avez déjà un Ipse.
    .do = Utilisez-le sur le téléphone où il se trouve. Vous avez perdu ce téléphone ? Votre banque vous aide à déplacer votre Ipse.
problem-epoch_changed = Votre Ipse a changé entre-temps.
    .do = Rien n’a été transmis. Recommencez là où vous aviez commencé.
problem-level_not_allowed = Ceci demande un niveau plus élevé que celui de ce téléphone.
    .do = Reliez votre SIM sous « Vous », ou demandez un autre moyen au site.
problem-registrar_failed = La réponse de votre banque n’a pas pu être vérifiée.
    .do = Rien n’a été conservé. Choisissez de nouveau votre banque dans un instant.
problem-bank_declined = Vous avez choisi de ne rien transmettre.
    .do = Choisissez de nouveau une banque, ou arrêtez-vous là.
problem-wrong_browser = Ceci est revenu dans un autre navigateur que celui où vous aviez commencé.
    .do = Continuez dans l’app où vous aviez commencé.
problem-person_mismatch = La banque a confirmé quelqu’un d’autre.
    .do = Connectez-vous à la banque en votre nom, avec votre propre compte.
problem-assurance_insufficient = Votre banque n’a pas assez vérifié votre carte d’identité pour ceci.
    .do = Montrez votre carte à la banque, ou choisissez une autre banque.
problem-proofing_stale = Votre Ipse a été bloqué après la confirmation de votre banque.
    .do = Connectez-vous encore une fois à votre banque.
problem-busy = Ipse est très sollicité en ce moment.
    .do = Réessayez dans un instant. Rien n’est perdu.
problem-clock_disagrees = L’horloge d’Ipse n’est pas à l’heure. D’ici là, rien n’est approuvé.
    .do = Réessayez dans dix minutes. Rien n’est perdu.
problem-too_many_requests = C’était trop souvent en peu de temps.
    .do = { $hours ->
        [0] Attendez { $seconds } secondes, puis réessayez.
        [one] Réessayez dans une heure.
       *[other] Réessayez dans { $hours } heures.
    }
problem-internal = Ipse a un problème technique.
    .do = Rien n’a été transmis. Réessayez dans un instant.
problem-offline = Il n’y a pas de connexion.
    .do = Vérifiez le réseau ou le wifi du téléphone, puis réessayez.
problem-answer_unreadable = La réponse d’Ipse n’est pas lisible.
    .do = Réessayez. Si cela se répète, fermez l’app et rouvrez-la.
problem-view_unreadable = Cette demande contient un texte qui peut vous tromper. Nous ne la montrons donc pas.
    .do = Rien n’a été transmis. Prévenez le site qui l’a envoyée.
problem-sim_statement_invalid = La réponse de votre opérateur ne concerne pas cette demande.
    .do = Rien n’a été transmis. Recommencez sur le site.
problem-unlock_cancelled = Votre empreinte ou votre visage n’a pas été reconnu, ou vous avez annulé.
    .do = Réessayez, ou utilisez votre code.
problem-unlock_unavailable = L’empreinte ou le visage n’est pas activé sur ce téléphone.
    .do = Utilisez votre code.
problem-app_outdated = Cette app est trop ancienne pour cette demande.
    .do = Rien n’a été transmis. Mettez l’app à jour, puis rouvrez la demande. Si cet écran revient ensuite, recommencez sur le site ou contactez l’aide d’Ipse.
problem-camera_unavailable = La caméra ne peut pas être utilisée.
    .do = Autorisez-la dans les réglages de ce téléphone, ou utilisez une photo du code.
problem-qr_not_found = Il n’y a pas de code sur cette photo.
    .do = Prenez une photo où l’on voit tout le carré, ou collez le texte.
problem-storage_unavailable = Ce navigateur n’enregistre rien pour l’app.
    .do = Quittez la navigation privée ou libérez de la place, et rouvrez l’app.
problem-not_enrolled = Il n’y a pas encore d’Ipse sur ce téléphone.
    .do = Créez d’abord votre Ipse.
problem-unexpected = L’app a rencontré une erreur.
    .do = Fermez l’app et rouvrez-la. Rien n’a été transmis.

# Page de connexion. Vouvoiement, phrases courtes.

page-language = Langue de cette page

sign-in-title = Connexion à { $partner }
sign-in-asks = { $partner } souhaite savoir qui vous êtes. Votre téléphone montre ce qui sera communiqué ; c’est là que vous décidez.
sign-in-site = Site
sign-in-level = Il vous faut
sign-in-level-basic = Téléphone et code
sign-in-level-advanced = Téléphone, SIM et code

scan-heading = Scannez avec votre téléphone
scan-how = Ouvrez l’app Ipse sur votre téléphone et scannez ce code.
scan-fresh = Le code change chaque seconde : une ancienne photo ne fonctionne pas.
scan-label = Code QR à scanner avec l’app Ipse
open-heading = Sur cet appareil
open-button = Ouvrir l’app Ipse
no-ipse = Pas encore d’Ipse ?
no-ipse-link = Créez votre Ipse

match-title = Regardez votre téléphone
match-question = Votre téléphone affiche-t-il le même code ?
match-yes = Si oui, approuvez-y. Cette page continuera d’elle-même.
match-yes-app = Si oui, approuvez dans l’app Ipse. Elle vous ramène à { $partner }.
rescan-heading = Ou scannez ce code
rescan-how = Votre téléphone a reçu cette demande par un lien. S’il vous demande de scanner, scannez ce code avec l’app Ipse.
not-my-phone = Ce n’est pas mon téléphone
asked-title = Le téléphone de la personne de test est interrogé
asked-what = Ce site a désigné une personne de test. Son téléphone reçoit la demande directement, à chaque connexion, et répond de lui-même ; il n’y a rien à remplir ni à scanner.

return-title = Continuez dans l’app Ipse
return-what = Votre réponse est arrivée. L’app Ipse vous ramène à { $partner }.

time-left = { $minutes ->
    [0] Valable moins d’une minute
    [one] Valable encore { $minutes } minute
   *[other] Valable encore { $minutes } minutes
}
cancel = Annuler
back = Retour à { $partner }

form-post-title = Vous continuez vers { $partner }
form-post-what = Votre navigateur transmet la réponse d’Ipse à { $partner }. Si rien ne se passe, appuyez sur le bouton.
form-post-send = Continuer
try-again = Réessayer
code = Code
request-number = Numéro de cette demande

site-mistake-title = La connexion ne peut pas commencer
site-mistake-what = Le site qui vous a envoyé ici n’a pas fait sa demande comme convenu. Rien n’a été communiqué.
site-mistake-do = Retournez sur le site et réessayez. Si cela se répète, donnez-lui le numéro ci-dessous.

request-expired-title = Cette demande n’est plus valable
request-expired-what = Elle a expiré ou a déjà servi. Rien n’a été communiqué.
request-expired-do = Retournez sur le site et choisissez à nouveau de vous connecter avec Ipse.

action-expired-title = Le temps est écoulé
action-expired-what = Aucune réponse de votre téléphone n’est arrivée à temps. Rien n’a été communiqué.
action-expired-do = Retournez à { $partner } et recommencez. Vous aurez alors un nouveau délai.

action-cancelled-title = Arrêté
action-cancelled-what = Vous avez arrêté cette connexion. Rien n’a été communiqué.
action-cancelled-do = Vous retournez maintenant à { $partner }.

not-my-phone-title = Arrêté : c’était un autre téléphone
not-my-phone-what = Quelqu’un d’autre avait scanné le code. Ce téléphone ne peut plus rien approuver, et rien n’a été communiqué.
not-my-phone-do = Retournez à { $partner } et recommencez. Veillez à ce que personne ne regarde votre écran.

identity-blocked-title = Cet Ipse est protégé
identity-blocked-what = Il est bloqué ; cette connexion a donc été arrêtée. Rien n’a été communiqué.
identity-blocked-do = Ouvrez l’app Ipse. Elle indique pourquoi, et comment utiliser à nouveau votre Ipse.

wrong-browser-title = Cela a commencé dans un autre navigateur
wrong-browser-what = Pour vous protéger, une connexion ne continue que là où elle a commencé. Rien n’a été communiqué ici.
wrong-browser-do = Reprenez dans le navigateur où vous avez commencé, ou recommencez ici sur le site.

action-closed-title = Cette connexion est déjà terminée
action-closed-what = Cette page fait partie d’une connexion qui a abouti ou qui a été arrêtée.
action-closed-do = Vous voulez vous connecter encore une fois ? Recommencez sur le site.

prompt-open-title = Une demande est déjà ouverte
prompt-open-what = Cette personne a encore une demande du même site sur son téléphone. Rien n’a été communiqué.
prompt-open-do = Répondez d’abord à celle-là sur le téléphone, ou attendez qu’elle expire.

busy-title = Il y a beaucoup de monde
busy-what = Nous n’avons pas pu traiter ceci pour l’instant. Rien n’a été communiqué, rien n’est perdu.
busy-do = Attendez quelques secondes et réessayez.

clock-title = Notre horloge n’est pas à l’heure
clock-what = Tant qu’elle n’est pas à l’heure, nous ne traitons rien. Rien n’a été communiqué, rien n’est perdu.
clock-do = Attendez dix minutes et réessayez.

server-error-title = Cela vient de nous
server-error-what = Nous n’avons pas pu accomplir cette étape et nous nous sommes arrêtés. Rien n’a été communiqué.
server-error-do = Recommencez sur le site dans une minute. Si cela se répète, donnez-nous le numéro ci-dessous.

page-unknown-title = Cette page n’existe pas
page-unknown-what = L’adresse n’est pas correcte, ou la page a changé de place.
page-unknown-do = Retournez sur le site où vous voulez vous connecter.

me-title = Votre Ipse
me-start-what = Voyez quels sites ont reçu quelque chose de vous, quoi et quand. Votre téléphone vous le demande d’abord.
me-start-button = Continuer avec mon téléphone
me-login-title = Voir votre Ipse dans ce navigateur
me-login-asks = Votre téléphone vous le demande d’abord. Ensuite, ce navigateur montre qui a reçu quelque chose de vous, quoi et quand. Il ne montre pas les données elles-mêmes.
me-export-title = Voir et télécharger vos données
me-export-asks = Votre téléphone vous le demande d’abord, avec la SIM et le code. Ensuite, ce navigateur montre pendant dix minutes tout ce qu’Ipse garde sur vous. Scannez le code avec l’app Ipse elle-même, ou ouvrez l’app sur cet appareil : un lien ou une photo que quelqu’un a envoyés ne marchent pas.
me-left = { $minutes ->
    [0] Vous êtes connecté pour moins d’une minute
    [one] Vous êtes connecté pour 1 minute encore
   *[other] Vous êtes connecté pour { $minutes } minutes encore
}
me-sign-out = Se déconnecter
me-partners = Qui a reçu quelque chose de vous
me-none = Personne encore. Quand vous vous connectez quelque part ou partagez des données, vous le trouvez ici.
me-got = Quoi
me-got-nothing = Seulement que c’est vous
me-last = Dernière fois
me-first = Première fois
me-times = Combien de fois
me-withdrawn = Vous avez retiré votre accord le { $day }.
me-erase = Ce qu’il a reçu, il l’a encore : demandez à { $partner } de l’effacer.
me-data-heading = Vos données
me-data-what = Pour voir les données elles-mêmes et télécharger tout ce qu’Ipse garde sur vous, dites oui encore une fois sur votre téléphone, avec la SIM et le code.
me-data-button = Voir et télécharger mes données
me-data-open = Vous avez dit oui sur votre téléphone. Ce navigateur peut montrer vos données jusqu’à ce que vous vous déconnectiez.
me-data-see = Voir mes données
me-all-title = Tout ce qu’Ipse garde sur vous
me-all-what = Au { $day }. Le fichier contient la même chose et plus : photos précédentes, numéros des reçus, ce que la banque a signé. Gardez-le bien : qui l’a vous connaît.
me-download = Télécharger le fichier
me-identity = Votre Ipse
me-status = État
me-active = Prêt à l’emploi
me-blocked = Protégé : bloqué
me-closed = Fermé
me-since = Depuis
me-number = Numéro
me-known = Ce qui est connu de vous
me-known-since = Depuis le { $day }
me-contact = E-mail et SIM
me-email = Adresse e-mail, vérifiée
me-sim = SIM, reliée
me-devices = Vos téléphones, et ce qui y prouve que c’est vous
me-device-over = Plus en service
me-last-used = Dernière utilisation
me-key = Clé du téléphone
me-code = Code
me-fingerprint = Empreinte ou visage
me-proof-since = depuis le { $day } ; Ipse ne peut pas le lire
me-given = Ce que vous avez donné
me-withdrawn-label = Retiré
me-yes = Oui
me-no = Non
me-photo = Photo
me-asked = Tout ce qui a été demandé
me-kind-login = connexion
me-kind-share = partage de données
me-kind-confirm = confirmation
me-kind-sim = relier la SIM
me-kind-code = changer le code
me-kind-fingerprint = empreinte ou visage
me-kind-email = adresse e-mail
me-kind-unblock = débloquer
me-kind-export = vos données
me-open = en cours
me-approved = accepté
me-refused = refusé
me-expired = temps écoulé
me-cancelled = arrêté
me-receipts = Reçus
me-receipts-count = { $count ->
    [one] 1 reçu. Vous pouvez le vérifier dans l’app Ipse.
   *[other] { $count } reçus. Vous pouvez vérifier chacun dans l’app Ipse.
}
me-nothing = Rien
session-over-title = Vous êtes déconnecté
session-over-what = Pour vous protéger, ceci se termine après dix minutes, quand un autre navigateur prend le relais, et dès que quelque chose change à votre Ipse.
session-over-do = Connectez-vous encore une fois avec votre téléphone pour continuer.
action-refused-title = Vous avez dit non
action-refused-what = Vous avez dit non sur votre téléphone. Rien n’a été montré.
action-refused-do = Vous le vouliez quand même ? Alors recommencez.

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

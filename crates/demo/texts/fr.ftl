# Les textes des banques de démo.
demo = Démo : cette banque et ses clients sont inventés.
home = Bienvenue
home-lead = Cette banque peut confirmer qui sont ses clients. Commencez dans l’app Ipse et choisissez-y votre banque.
told = Ce qu’Ipse a dit à cette banque
told-new-phone = { $name } a son Ipse sur un nouveau téléphone depuis le { $date }.
told-other = Quelque chose a changé à l’Ipse de { $name } le { $date }.
sign-in = Se connecter
sign-in-lead = Ipse nous demande qui vous êtes. Connectez-vous ; vous verrez ensuite ce que nous transmettons.
customer = Nom de client
customer-unknown = Nous ne connaissons pas ce client. Vérifiez le nom, ou choisissez ci-dessous.
sign-in-button = Se connecter
choices = Ou choisissez un client de démo
choices-lead = Une vraie banque demanderait ici votre lecteur de carte ou son app.
agree = Transmettre ceci à Ipse ?
agree-lead = Ipse reçoit exactement ceci, et rien d’autre de votre banque :
agree-nothing = Ipse demande plus que cette banque ne peut confirmer. Rien ne sera transmis.
agree-button = Transmettre
refuse-button = Ne pas transmettre
given-name = Prénom
family-name = Nom de famille
birthdate = Date de naissance
nationality = Nationalité
national-number = Numéro de registre national
document = Carte d’identité
gender = Sexe
gender-value = { $gender ->
     [female] femme
     [male] homme
    *[other] { $gender }
 }
place-of-birth = Lieu de naissance
address = Adresse
photo = Photo
photo-value = la photo de votre carte d’identité
stale = Cette demande n’est plus valable
stale-lead = Elle a déjà servi, elle est trop ancienne, ou elle a commencé dans un autre navigateur. Retournez chez Ipse et recommencez.
invalid = Cette demande n’est pas en ordre
invalid-lead = Rien n’a été transmis. Retournez chez Ipse et recommencez.
missing = Cette page n’existe pas
missing-lead = L’adresse a peut-être été mal recopiée.
checked = Nous avons lu votre carte d’identité dans notre agence le { $date }.
agree-after = Vous retournerez ensuite chez Ipse. Vos comptes restent ici.
document-value = { $number }, valable jusqu’au { $expiry }
code = Code : { $code }
date = { $day ->
     [1] 1er
    *[other] { $day }
 } { $month ->
     [1] janvier
     [2] février
     [3] mars
     [4] avril
     [5] mai
     [6] juin
     [7] juillet
     [8] août
     [9] septembre
     [10] octobre
     [11] novembre
    *[12] décembre
 } { $year }

mailbox-title = E-mails
mailbox-note = Une boîte aux lettres pour la démo : chaque e-mail qu’Ipse envoie est ici, quel que soit le destinataire.
mailbox-empty = Pas encore d’e-mails.
mailbox-to = À
mailbox-again = Regarder à nouveau

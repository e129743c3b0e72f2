# Phrases de la vue : ce que la personne lit, et signe, sur le téléphone.

login-title = { $partner } souhaite savoir qui vous êtes
login-purpose = Se connecter
return-choice = Ce navigateur peut revenir pendant { $minutes } minutes sans me le demander

share-title = { $partner } demande vos données
share-purpose = Partager des données
share-missing = Vous ne l’avez pas
share-why = Pourquoi
share-needed = Nécessaire
share-attention = Attention
share-unexpected = Ce n’est pas ce que { $partner } attend. Vous ne le donnez pas, et { $partner } l’apprend.
share-without = Sans cela, { $partner } ne reçoit pas de preuve avec vos données, ni ce qui n’est demandé qu’avec preuve.
share-after-label = Ce qui se passe ensuite
share-after = { $partner } reçoit ceci une fois, maintenant. Ipse garde un reçu pour vous. Vous pouvez retirer votre accord dans l’historique.
share-group-identity = Qui vous êtes
share-group-contact = Comment vous joindre
share-group-document = Votre document
share-group-assurance = À quel point c’est sûr
share-yes = Oui
share-no = Non
share-female = Femme
share-male = Homme
share-idcard = Carte d’identité
share-passport = Passeport
share-route-bank = Dans une banque
share-framework-simulated = Simulé : personne n’a été vérifié
share-framework-be-aml = Loi belge contre le blanchiment
share-level-low = Faible
share-level-substantial = Substantiel
share-level-high = Élevé
share-age-day = Un jour au plus
share-age-week = Une semaine au plus
share-age-month = Un mois au plus
share-age-year = Un an au plus
share-age-longer = Plus d’un an
share-key-software = Dans l’app
share-key-hardware = Dans la puce du téléphone

confirm-purpose = Rien ne se fait sans votre accord.
confirm-payment-title = { $partner } vous demande de confirmer un paiement
confirm-order-title = { $partner } vous demande de confirmer une commande
confirm-contract-title = { $partner } vous demande de confirmer un changement de contrat
confirm-access-title = { $partner } vous demande de donner accès
confirm-text-title = { $partner } vous demande de confirmer ceci
confirm-amount = Montant
confirm-total = Total
confirm-payee = Pour
confirm-iban = Compte
confirm-reference = Communication
confirm-item = Commande
confirm-contract = Contrat
confirm-change = Ce qui change
confirm-resource = Accès à
confirm-place = Où
confirm-text = Texte
confirm-after-label = Et ensuite
confirm-after = { $partner } reçoit la preuve que vous avez accepté exactement ceci. Vous gardez un reçu.

connect-sim-title = Vous voulez relier votre nouvelle SIM
connect-sim-purpose = Votre SIM fera à nouveau partie de votre Ipse.
connect-sim-number = Votre numéro de téléphone

change-code-title = Vous voulez changer votre code
change-code-purpose = Ensuite, seul votre nouveau code sera valable.
fingerprint-add-title = Vous voulez aussi utiliser votre empreinte ou votre visage
fingerprint-add-purpose = Ensuite, vous pourrez aussi confirmer ainsi sur ce téléphone. Votre code reste valable.
fingerprint-remove-title = Vous ne voulez plus utiliser votre empreinte ou votre visage
fingerprint-remove-purpose = Ensuite, vous confirmerez uniquement avec votre code.
email-set-title = Vous voulez utiliser cette adresse e-mail
email-set-purpose = Ensuite, vous pourrez la donner aux sites qui la demandent. Nous vous le demanderons chaque fois.
email-remove-title = Vous voulez supprimer votre adresse e-mail
email-remove-purpose = Ensuite, Ipse ne la donnera plus à aucun site. Les sites qui l’ont déjà la gardent.
unblock-title = Vous voulez réutiliser votre Ipse
unblock-purpose = Vous pourrez ensuite vous connecter à nouveau.
export-title = Vous voulez voir vos données dans un navigateur
export-purpose = Pendant dix minutes, le navigateur où vous avez commencé montre tout ce qu’Ipse garde sur vous. Vous pouvez aussi l’y télécharger.
export-phone-title = Vous voulez télécharger vos données
export-phone-purpose = Ce téléphone aura ensuite tout ce qu’Ipse garde sur vous, dans un seul fichier. Gardez-le bien : qui l’a vous connaît.
me-title = Vous voulez voir votre Ipse dans un navigateur
me-purpose = Le navigateur montre avec qui vous avez partagé, quelles sortes de données et quand. Il ne montre pas les données elles-mêmes.

attribute-name = Nom complet
attribute-given-name = Prénom
attribute-family-name = Nom de famille
attribute-locale = Langue
attribute-email = Adresse e-mail
attribute-birthdate = Date de naissance
attribute-age-gte-16 = 16 ans ou plus
attribute-age-gte-18 = 18 ans ou plus
attribute-age-gte-21 = 21 ans ou plus
attribute-age-gte-30 = 30 ans ou plus
attribute-gender = Sexe
attribute-place-of-birth = Lieu de naissance
attribute-nationalities = Nationalité
attribute-picture = Photo
attribute-national-number = Numéro national
attribute-address = Adresse
attribute-phone-number = Numéro de téléphone
attribute-document-number = Numéro du document
attribute-document-type = Type de document
attribute-document-valid-until = Valable jusqu’au
attribute-document-issuer = Pays du document
attribute-trust-framework = Selon quelles règles
attribute-assurance-level = À quel niveau
attribute-verified-by = Vérifié par
attribute-verified-on = Vérifié le
attribute-identification-mode = Comment
attribute-device-age = Depuis quand votre téléphone a votre Ipse
attribute-device-key = Où se trouve la clé de votre téléphone
attribute-sim-age = Depuis quand votre carte SIM est la même
missing-email = Vous n’en avez pas ajouté

# E-mails. Une ligne qui commence par quatre espaces appartient au texte précédent.

mail-code-subject = Ipse : votre code pour cette adresse e-mail
mail-code-text =
    Bonjour,

    Vous voulez ajouter cette adresse e-mail à votre Ipse. Tapez ce code dans l’app Ipse :

        { $code }

    Le code est valable dix minutes. Ne le donnez à personne, même pas à quelqu’un qui dit appeler de la part d’Ipse.

    Ce n’était pas vous ? Alors quelqu’un a tapé votre adresse, peut-être par erreur. Sans le code, rien ne se passe : vous n’avez rien à faire.

    Ipse
mail-replaced-subject = Ipse : cette adresse e-mail a été remplacée
mail-replaced-text =
    Bonjour,

    Cette adresse e-mail faisait partie d’un Ipse. Son propriétaire vient de la remplacer par une autre.

    Ce n’était pas vous ? Ouvrez l’app Ipse et choisissez « Bloquer mon Ipse » sous « Vous ». Votre banque peut aussi vous aider.

    Ipse
mail-removed-subject = Ipse : cette adresse e-mail a été supprimée
mail-removed-text =
    Bonjour,

    Cette adresse e-mail faisait partie d’un Ipse. Son propriétaire vient de la supprimer.

    Ce n’était pas vous ? Ouvrez l’app Ipse et choisissez « Bloquer mon Ipse » sous « Vous ». Votre banque peut aussi vous aider.

    Ipse

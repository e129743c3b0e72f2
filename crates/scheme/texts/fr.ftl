# Phrases de la vue : ce que la personne lit, et signe, sur le téléphone.

login-title = { $partner } souhaite savoir qui vous êtes
login-purpose = Se connecter
return-choice = Ce navigateur peut revenir pendant { $minutes } minutes sans me le demander

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

attribute-name = Nom complet
attribute-given-name = Prénom
attribute-family-name = Nom de famille
attribute-locale = Langue
attribute-email = Adresse e-mail
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

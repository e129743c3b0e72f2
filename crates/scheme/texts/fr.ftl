# Phrases de la vue : ce que la personne lit, et signe, sur le téléphone.

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
unblock-title = Vous voulez réutiliser votre Ipse
unblock-purpose = Vous pourrez ensuite vous connecter à nouveau.

attribute-name = Nom complet
attribute-given-name = Prénom
attribute-family-name = Nom de famille
attribute-locale = Langue

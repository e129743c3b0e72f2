# Le SMS avec les six chiffres. Il dit à quoi ils servent, et que personne ne les demande : les escrocs les demandent.
secret-message = { $secret } sont vos six chiffres pour { $purpose }. Tapez-les uniquement dans l’app Ipse que vous avez ouverte vous-même, dans les 5 minutes. Ne les donnez à personne, pas même au téléphone : ni Ipse, ni votre banque, ni { $operator } ne vous les demandera.
purpose-bind-sim = relier votre SIM à Ipse
purpose-new-device = ajouter un nouveau téléphone à votre Ipse
purpose-code-change = changer le code de votre Ipse
purpose-sign = signer avec Ipse
notice-new-phone = Votre Ipse se trouve maintenant sur un autre téléphone. Ce n’était pas vous ? Ouvrez Ipse sur votre ancien téléphone et choisissez « Ce n’était pas moi », ou allez à votre banque. Ni Ipse, ni votre banque, ni { $operator } ne vous demandera de code pour cela.

# Le téléphone simulé de la démo.
handset-note = Téléphone simulé
messages = Messages
no-messages = Pas encore de messages.
look-again = Regarder à nouveau
another-number = Autre numéro
which-phone = Quel téléphone ?
phone-number = Numéro de téléphone
show-messages = Afficher les messages
phones = Téléphones de cet opérateur
number-not-digits = Un numéro de téléphone ne contient que des chiffres, par exemple +32 470 00 00 01.
number-too-short = Il manque des chiffres : un numéro mobile belge en a dix, 0470 00 00 01.
number-too-long = Il y a trop de chiffres : un numéro mobile belge en a dix, 0470 00 00 01.
number-foreign = Seuls les numéros belges fonctionnent pour l’instant.
number-landline = C’est une ligne fixe. Donnez le numéro d’un téléphone mobile.
number-premium = C’est un numéro de service. Donnez le numéro d’un téléphone mobile.

# Les mots des pages du compte.
mistake-title = Erreur : { $title }
email = Adresse e-mail
password = Mot de passe
password-new = Nouveau mot de passe
password-current = Mot de passe actuel
password-rule = De 8 à 128 caractères, dont au moins 4 différents. Ni un mot de passe courant, ni votre adresse. Une phrase convient, tout comme ce que propose un gestionnaire de mots de passe.
name = Nom
name-hint = Celui que porteront vos billets et nos e-mails. Vous pouvez ne rien indiquer.
country = Pays ou région
country-none = Non indiqué
not-given = non indiqué
go-on = Continuer
back-to-account = Votre compte
back-to-sign-in = Se connecter

wrong-email = Indiquez une adresse e-mail, comme nom@example.com.
password-short = Ce mot de passe est trop court. Prenez au moins { $n } caractères.
password-long = Ce mot de passe est trop long. Prenez au plus { $n } caractères.
password-common = Ce mot de passe se devine facilement : il est courant, c’est votre adresse, ou il a trop peu de caractères différents. Prenez-en un autre.
wrong-currentpassword = Ce n’est pas le mot de passe de ce compte.
wrong-displayname = Indiquez un nom plus court, fait de lettres et sans adresse web.
wrong-country = Choisissez un pays dans la liste.
wrong-locale = Choisissez une langue dans la liste.
wrong-code = Ce code est inconnu, déjà utilisé ou périmé. Copiez celui du dernier e-mail, ou demandez-en un autre.
wrong-credentials = L’adresse ou le mot de passe est incorrect.
email-taken = Un compte existe avec cette adresse. Connectez-vous, ou choisissez là-bas « Mot de passe oublié ? ».
account-disabled = Ce compte est fermé. Écrivez-nous si vous pensez que c’est une erreur.
account-elsewhere = Ce compte est tenu par un fournisseur d’identité. Changez le mot de passe chez lui.
too-many-attempts = { $seconds ->
    [one] Trop d’essais en peu de temps. Réessayez dans { $seconds } seconde.
   *[other] Trop d’essais en peu de temps. Réessayez dans { $seconds } secondes.
}

sign-in-title = Se connecter
sign-in-button = Se connecter
sign-in-link = Vous avez un compte ? Connectez-vous
sign-in-with = Se connecter avec { $provider }
signed-in-already = Vous êtes connecté avec l’adresse { $email }.
forgotten-link = Mot de passe oublié ?
reset-done = Votre mot de passe est changé. Connectez-vous avec le nouveau.

sign-up-title = Ouvrir un compte
sign-up-text = Vos billets y restent, sur tous vos appareils. Nous ne vous écrivons qu’au sujet de vos achats et de vos ventes.
sign-up-button = Ouvrir le compte
sign-up-link = Première visite ? Ouvrez un compte

sign-out = Se déconnecter
sign-out-title = Se déconnecter
sign-out-text = Vos billets et vos commandes restent dans votre compte. Ce que vous avez réservé sans payer reste à vous jusqu’à la fin du délai.
sign-out-everywhere = Sur tous mes appareils
sign-out-everywhere-link = Se déconnecter sur tous les appareils

account-title = Votre compte
account-nav = Ce qui est à vous
email-verified = confirmée
email-not-verified = à confirmer
email-elsewhere = tenue par votre fournisseur d’identité
done-signed-up = Votre compte est ouvert. Nous vous avons envoyé un code pour confirmer votre adresse.
done-verified = Votre adresse est confirmée.
done-sent = Nous vous avons envoyé un autre code. Il arrive d’ici une minute.
done-password = Votre mot de passe est changé. Vos autres appareils sont déconnectés.
done-profile = Votre profil est enregistré.

language = Langue
language-hint = Pour les e-mails. Celle de ces pages se choisit en haut.
profile-title = Votre profil
profile-button = Enregistrer

password-title = Changer de mot de passe
password-text = Vos autres appareils seront déconnectés. Celui-ci reste connecté.
password-button = Changer le mot de passe

forgotten-title = Mot de passe oublié ?
forgotten-text = Indiquez l’adresse de votre compte. Nous y envoyons un code avec lequel vous choisirez un autre mot de passe.
forgotten-button = M’envoyer un code
forgotten-sent = S’il existe un compte avec cette adresse, un code est en route. Il arrive d’ici une minute.

reset-title = Choisir un autre mot de passe
reset-text = Tous vos appareils seront déconnectés. Vous vous connecterez ensuite avec le nouveau mot de passe.
reset-code = Code reçu par e-mail
reset-code-hint = Il sert une fois, pendant une heure.
reset-button = Prendre ce mot de passe
reset-another = Pas de code, ou il est périmé ? Demandez-en un autre

verify-title = Confirmer votre adresse
verify-why = Nous avons envoyé un code à { $email }. Il nous assure que les billets vous y parviennent.
verify-text = Indiquez le code que nous vous avons envoyé. Il nous assure que les billets vous parviennent.
verify-sign-in = Pour recevoir un autre code, connectez-vous d’abord.

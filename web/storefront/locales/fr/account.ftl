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

profile-elsewhere = Votre nom est tenu par votre fournisseur d’identité. Changez-le chez lui.

personalisation-title = Recommandations
personalisation-on = activées
personalisation-off = désactivées
personalisation-text-on = Nous vous recommandons des matchs d’après ce que vous avez réservé et d’après votre pays. Pour cela, vos réservations sont notées sous un pseudonyme aléatoire, avec votre pays, sans votre nom ni votre adresse.
personalisation-text-off = Nous n’apprenons rien de vos réservations : elles sont notées sans rien qui mène à vous, et les recommandations ne les utilisent pas.
personalisation-note = Si vous les désactivez, votre pseudonyme est supprimé aussitôt, et ce qui a été noté sous lui est effacé en quelques jours.
personalisation-turn-off = Ne pas utiliser mes réservations
personalisation-turn-on = Utiliser mes réservations
done-personalised = Désormais, les recommandations utilisent vos réservations.
done-not-personalised = Votre pseudonyme est supprimé. Les recommandations n’utilisent plus vos réservations.

data-title = Télécharger vos données
data-text = Vous recevez un fichier avec tout ce qui est noté à votre sujet : votre compte, vos connexions, vos commandes, paiements, billets, annonces et cadeaux, les e-mails en attente et ce que notre service de sécurité a noté. C’est du JSON, que les navigateurs et les éditeurs de texte ouvrent.
data-without = Il ne contient ni mots de passe ni codes de billets. Gardez-le pour vous.
data-button = Télécharger le fichier

delete-title = Supprimer votre compte
delete-text = C’est définitif. Tous vos appareils sont déconnectés aussitôt.
delete-count = { $n }
delete-goes-title = Ce qui est supprimé
delete-goes-account = votre adresse e-mail, votre nom, votre mot de passe, votre pays et votre langue
delete-goes-sessions = vos sessions, et les réseaux depuis lesquels vous vous êtes connecté
delete-goes-names = votre nom sur les billets et les annonces, et ce que vous avez écrit dans les annonces
delete-goes-pseudonym = le pseudonyme de vos réservations, aussitôt, et ce qui a été noté sous lui, en quelques jours
delete-goes-holds = ce que vous avez réservé ou commandé sans payer : c’est annulé
delete-kept-title = Ce que nous devons conserver
delete-kept-text = La loi oblige les vendeurs à conserver la trace de leurs ventes. Elle reste sous un numéro, sans votre nom ni votre adresse :
delete-kept-nothing = Rien : vous n’avez rien acheté ni vendu ici.
delete-kept-until = jusqu’au { $date }
kept-reservations = réservations et commandes
kept-payments = paiements
kept-refunds = remboursements
kept-disputes = litiges sur des paiements
kept-tickets = billets
kept-ticket-transfers = cadeaux
kept-listings = annonces
kept-payouts = versements
kept-other = autres documents
delete-obstacles-title = À régler d’abord
delete-obstacles-text = Vous pourrez supprimer votre compte dès que rien de ceci ne sera plus en cours.
obstacle-valid-tickets = Billets de matchs à venir
obstacle-valid-tickets-help = Attendez la fin du match, rendez-les, vendez-les ou offrez-les.
obstacle-open-listings = Billets que vous mettez en vente
obstacle-open-listings-help = Retirez-les.
obstacle-ordered-listings = Billets qu’un acheteur vous a commandés
obstacle-ordered-listings-help = Attendez que l’acheteur ait payé, ou que la commande prenne fin.
obstacle-payments-in-progress = Paiements en cours
obstacle-payments-in-progress-help = Attendez qu’ils se terminent, ou annulez la commande.
obstacle-payouts-due = Argent de billets que vous avez vendus
obstacle-payouts-due-help = Attendez qu’il vous soit versé.
obstacle-refunds-under-way = Remboursements en route
obstacle-refunds-under-way-help = Attendez que l’argent soit arrivé. Si cela dure, écrivez-nous.
obstacle-gifts-offered = Billets que vous avez proposés en cadeau
obstacle-gifts-offered-help = Reprenez-les, ou attendez qu’ils soient acceptés.
obstacle-other = Il reste autre chose en cours
obstacle-other-help = Écrivez-nous.
delete-data-first = Télécharger d’abord vos données
delete-sign-in = Pour montrer que c’est bien vous, connectez-vous encore une fois chez votre fournisseur d’identité. Vous avez ensuite cinq minutes.
delete-sign-in-button = Se connecter encore une fois
delete-confirm = Je comprends que c’est définitif.
delete-button = Supprimer définitivement mon compte
wrong-confirm = Cochez la case pour confirmer que vous voulez supprimer votre compte.
deleted-title = Votre compte est supprimé
deleted-text = Nous envoyons une confirmation à l’adresse qu’il avait. Vous pouvez ouvrir un nouveau compte avec cette adresse à tout moment.
deleted-kept = Ce que la loi nous oblige à conserver reste sans votre nom ni votre adresse.

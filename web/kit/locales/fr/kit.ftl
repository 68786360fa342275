# Les mots de toutes les pages.
site-description = Les billets de { $site } pour tous les matchs : ce qui reste, en direct, et les billets qui sont à vous.
skip-to-content = Aller au contenu
nav = Navigation principale
nav-matches = Matchs
nav-resale = Revente
nav-orders = Mes billets
nav-account = Compte
nav-help = Aide
nav-search = Rechercher
search-label = Rechercher des matchs et des billets
search-placeholder = Équipe, stade ou jour
search-recent = Recherches récentes
search-forget = Retirer { $query } des recherches récentes
search-forget-all = Tout retirer
languages = Langue
prices-include-fees = Les prix comprennent tous les frais.
back-to-matches = Tous les matchs
live = en direct
as-of = à { $clock }
local-time = { $time } chez vous

# Pourquoi quelque chose ne se fait pas, et ce qui aide.
try-again-in = { $seconds ->
    [one] Réessayez dans { $seconds } seconde.
   *[other] Réessayez dans { $seconds } secondes.
}
request-id = Indiquez ce numéro à notre équipe :
refusal-internal-title = Quelque chose a échoué de notre côté
refusal-internal-text = Rien n’a été débité. Réessayez dans un instant ; si cela persiste, écrivez-nous.
refusal-service-unavailable-title = De retour dans un instant
refusal-service-unavailable-text = Le site ne peut pas répondre pour l’instant. Ce que vous avez réservé reste à vous jusqu’à la fin du délai.
refusal-not-found-title = Il n’y a rien ici
refusal-not-found-text = La page a peut-être changé d’adresse, ou elle appartient à un autre compte.
refusal-forbidden-title = Cela ne vous est pas ouvert
refusal-forbidden-text = Votre compte ne permet pas cela. Si vous pensez qu’il le devrait, écrivez-nous.
refusal-blocked-title = Pas de réponse
refusal-blocked-text = Les demandes de votre réseau, ou un si grand nombre, ne reçoivent pas de réponse ici. Payez ce que vous avez réservé, attendez un peu ou utilisez un autre réseau.
refusal-rate-limited-title = Un peu moins vite
refusal-rate-limited-text = Trop de demandes sont venues de votre compte ou de votre réseau en peu de temps. Rien n’est perdu : ce que vous avez réservé reste à vous jusqu’à la fin du délai.
refusal-captcha-required-title = Une petite vérification
refusal-captcha-required-text = Nous veillons à ce que les billets aillent à des personnes. Votre navigateur résout une petite tâche, puis la suite se fait toute seule.
refusal-captcha-failed-title = La vérification n’a pas abouti
refusal-captcha-failed-text = Elle est peut-être arrivée trop tard. Rechargez la page pour en faire une autre.
refusal-reauthentication-required-title = Connectez-vous d’abord de nouveau
refusal-reauthentication-required-text = Votre connexion auprès du fournisseur d’identité est trop ancienne. Reconnectez-vous, puis revenez ici.
refusal-account-not-settled-title = Il reste quelque chose en cours
refusal-account-not-settled-text = Votre compte ne peut pas encore être supprimé. La page de votre compte indique ce qui est encore en cours.
refusal-email-not-verified-title = Confirmez d’abord votre adresse e-mail
refusal-email-not-verified-text = Nous vous avons envoyé un code. Saisissez-le dans votre compte, puis revenez.
refusal-bad-user-input-title = Il manque quelque chose ou il y a une erreur
refusal-bad-user-input-text = Vérifiez votre saisie et renvoyez-la.
refusal-conflict-title = Cela a changé entre-temps
refusal-conflict-text = Quelqu’un ou quelque chose a été plus rapide. Regardez où en sont les choses.
refusal-extension-refused-title = Pas de délai supplémentaire pour le moment
refusal-extension-refused-text = Vous avez déjà eu le maximum, ou d’autres attendent les derniers billets. Payez avant la fin du décompte.
refusal-hold-expired-title = Le délai de paiement est écoulé
refusal-hold-expired-text = Les billets sont de nouveau en vente. S’il en reste, vous pouvez les réserver à nouveau.
refusal-idempotency-key-reused-title = Ce formulaire a déjà été envoyé
refusal-idempotency-key-reused-text = Il a été envoyé auparavant avec un autre choix. Voyez vos billets, ou recommencez.
refusal-payment-failed-title = Le paiement n’a pas abouti
refusal-payment-failed-text = Rien n’a été débité. Essayez une autre carte tant que les billets vous sont réservés.
refusal-purchase-limit-title = Vous en avez autant que permis
refusal-purchase-limit-text = Chacun ne peut réserver ou avoir que quelques billets d’un match, pour que plus de gens en aient un.
refusal-sale-closed-title = La vente de ce match est terminée
refusal-sale-closed-text = Les billets de ce match ne sont plus en vente. Ce que vous avez réservé peut encore être payé jusqu’à la fin du délai.
refusal-sold-out-title = Épuisé
refusal-sold-out-text = Il n’en reste plus. D’autres supporters proposent peut-être les leurs à la revente.
refusal-temporarily-unavailable-title = Tout est réservé pour l’instant
refusal-temporarily-unavailable-text = D’autres personnes paient ce qui reste. Quelques billets peuvent revenir dans les minutes qui viennent.
refusal-csrf-prevented-title = Ce formulaire venait d’ailleurs
refusal-csrf-prevented-text = Votre navigateur indique qu’un autre site l’a envoyé. Ouvrez la page ici et renvoyez le formulaire.
refusal-payload-too-large-title = C’est trop long
refusal-payload-too-large-text = Raccourcissez votre saisie et renvoyez-la.
refusal-request-timeout-title = Cela a pris trop de temps
refusal-request-timeout-text = Votre demande n’est pas arrivée à temps. Renvoyez-la.

mistakes = { $n ->
    [one] Un point est à corriger
   *[other] { $n } points sont à corriger
}
support = Écrivez-nous :
send-again = Renvoyer
open-again = Rouvrir la page
minutes-to-wait = { $n ->
    [one] encore { $n } minute d’attente
   *[other] encore { $n } minutes d’attente
}
wait-is-over = Vous pouvez réessayer maintenant.
method-title = Cette page ne s’utilise pas ainsi
method-text = Ouvrez-la de nouveau depuis le site ; rien n’a été modifié.
email-code = Code reçu par e-mail
email-code-hint = Il se trouve dans le dernier e-mail que nous vous avons envoyé. Il sert une fois, pendant 24 heures.
email-confirm = Confirmer mon adresse
email-no-code = Rien reçu ? Regardez aussi dans les courriers indésirables.
email-resend = M’envoyer un autre code
captcha-needs-script = Cette vérification demande JavaScript : votre navigateur s’en sert pour résoudre une petite tâche. JavaScript est désactivé, ou ne s’est pas chargé.
captcha-progress = Avancement de la vérification
captcha-working = Vérification, { $n } effectués
captcha-done = Vérifié. On continue…
captcha-did-not = La vérification n’a pas abouti. Rechargez la page.
captcha-go-on = Continuer
captcha-again = Une vérification n’a pas suffi cette fois. En voici une autre ; votre saisie est conservée.
captcha-unknown = Cette vérification vient d’un prestataire dont le formulaire ne peut pas s’afficher ici.
captcha-else = Si rien n’avance, l’une de ces solutions aide :
captcha-else-script = activer JavaScript pour ce site
captcha-else-wait = attendre quelques minutes
captcha-else-sign-in = se connecter
captcha-else-network = utiliser un autre réseau, celui de votre téléphone par exemple

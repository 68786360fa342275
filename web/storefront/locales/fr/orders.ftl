# Words of the pages of orders.
# An order, by where it stands: its heading, what that means, and the same in two words.
order-held-heading = Réservé pour vous
order-held-lead = Payez à temps et { $fixture } est à vous. Rien n’est encore débité.
order-held-tag = à payer
order-run-out-heading = Le temps pour payer est écoulé
order-run-out-lead = Les billets retournent en vente. Rien n’a été débité.
order-run-out-tag = temps écoulé
order-waiting-heading = Encore une étape pour payer
order-waiting-lead = Les billets restent réservés pendant que votre paiement vous attend. Rien n’est encore débité.
order-waiting-tag = vous attend
order-paying-heading = Votre paiement est en cours
order-paying-lead = Les billets restent réservés pendant ce temps. Ne payez pas une deuxième fois.
order-paying-tag = paiement en cours
order-settling-heading = Payé, presque terminé
order-settling-lead = Les billets sont à vous. Leurs codes apparaissent ici dans un instant.
order-settling-tag = payé
order-paid-heading = { $n ->
    [one] Votre billet
   *[other] Vos billets
}
order-paid-lead = Montrez le code à la porte. Il laisse entrer une personne, une seule fois.
order-paid-without-lead = C’est payé. À côté de chaque billet est dit pourquoi il n’y a pas de code.
order-paid-tag = payé
order-ended-user-heading = Vous avez libéré cette réservation
order-ended-user-lead = Les billets sont retournés en vente. Rien n’a été débité.
order-ended-user-tag = annulé par vous
order-ended-expired-heading = Le temps pour payer est écoulé
order-ended-expired-lead = Les billets sont retournés en vente. Rien n’a été débité. S’il en reste, vous pouvez les réserver de nouveau.
order-ended-expired-tag = non payé à temps
order-ended-payment-failed-heading = Le paiement n’a pas abouti
order-ended-payment-failed-lead = Les billets sont retournés en vente. Vous ne payez rien : ce que votre banque a bloqué redevient disponible en quelques jours.
order-ended-payment-failed-tag = paiement échoué
order-ended-oversold-heading = Ces billets ont été vendus ailleurs
order-ended-oversold-lead = Une autre billetterie a vendu les derniers un instant plus tôt. Vous ne payez rien : ce qui aurait été débité vous revient.
order-ended-oversold-tag = vendu ailleurs
order-ended-refunded-heading = Billets rendus
order-ended-refunded-lead = Ces billets n’ouvrent plus aucune porte. Où en est l’argent est indiqué plus bas.
order-ended-refunded-tag = remboursé
order-ended-withdrawn-heading = Le vendeur a retiré son offre
order-ended-withdrawn-lead = Vous ne payez rien. D’autres supporters proposent peut-être des billets pour le même match.
order-ended-withdrawn-tag = offre retirée
order-ended-other-heading = Cette commande est close
order-ended-other-lead = Elle ne peut plus être payée.
order-ended-other-tag = close
order-what = { $n } × { $category }
order-reference = Commande
order-again = Choisir de nouveau des billets
order-other-offers = Voir d’autres offres
order-changed = Cette commande a changé.
order-show-now = L’afficher telle qu’elle est
order-signed-out = Vous êtes déconnecté.
order-sign-in = Se connecter

# A hold, and how it is paid.
held-stub = Ce qui est réservé pour vous
held-until = jusqu’à
held-from-fan = Un autre supporter le vend. Les frais du site sont compris dans le prix.
time-left = Temps pour payer
time-short = Il reste moins de deux minutes.
time-over = Le temps pour payer est écoulé
time-over-text = Le temps est écoulé. Les billets retournent en vente.
minutes-left = { $n ->
    [one] Il reste { $n } minute pour payer
   *[other] Il reste { $n } minutes pour payer
}
more-time = { $minutes ->
    [one] Il me faut { $minutes } minute de plus
   *[other] Il me faut { $minutes } minutes de plus
}
sum-caption = Ce que cela coûte
sum-to-pay = À payer
pay-heading = Payer par carte
pay-sandbox = Ce site accepte de l’argent fictif : rien n’est débité.
pay-sandbox-cards = Chaque carte représente ce qui peut se produire.
pay-stripe = Les données de votre carte vont à Stripe, notre prestataire de paiement, et ne passent jamais par ce site.
pay-closed = Rien ne peut être payé ici pour l’instant. Écrivez-nous ; vos billets restent réservés jusqu’à la fin de leur temps.
pay-act = Payer { $price }
pay-other-card = Choisir une autre carte
pay-unreachable = Le formulaire de carte ne peut pas être chargé. Vérifiez votre connexion et rechargez la page ; les billets restent réservés jusqu’à la fin de leur temps.
pay-needs-script = Le formulaire de carte a besoin de JavaScript. Activez-le pour cette page, ou ouvrez-la dans un autre navigateur où vous êtes connecté.
pay-sent-before-title = Ce formulaire a déjà été envoyé
pay-sent-before-text = Il a été envoyé avec une autre carte. Choisissez une carte et payez de nouveau.
pay-conflict-title = La situation a changé
pay-conflict-text = Voici où en est la commande.
card-pays = paie aussitôt
card-asks = demande l’accord de votre banque
card-declined = est refusée
card-declined-funds = est refusée : solde insuffisant
card-declined-expired = est refusée : expirée
card-missing-title = Aucune carte n’est choisie
card-missing-text = Choisissez une carte, puis payez.
declined-title = La carte a été refusée
declined-nothing-taken = Rien n’a été débité, et les billets restent réservés pour vous.
declined-funds = Le solde de cette carte ne suffit pas. Utilisez une autre carte.
declined-expired = Cette carte a expiré, ou sa date est fausse. Vérifiez la date ou utilisez une autre carte.
declined-details = Le numéro, le code de sécurité ou l’adresse de la carte ne concordent pas. Vérifiez-les ou utilisez une autre carte.
declined-consent = Votre banque n’a pas reçu votre accord. Réessayez et confirmez dans l’application de votre banque, ou utilisez une autre carte.
declined-pin = Votre banque demande un code PIN qui ne peut pas être saisi ici. Utilisez une autre carte.
declined-again = La banque n’a pas pu être jointe. Réessayez la même carte dans un instant.
declined-limit = Ce paiement dépasse ce que la carte peut dépenser. Demandez à votre banque ou utilisez une autre carte.
declined-kind = Cette carte ne permet pas ce genre d’achat. Utilisez une autre carte.
declined-duplicate = Votre banque a cru à un paiement en double. Attendez un instant, regardez vos commandes, puis réessayez.
declined-bank = Votre banque a refusé la carte sans nous dire pourquoi. Demandez-le-lui ou utilisez une autre carte.
declined-too-often-title = Cette réservation n’accepte plus de carte
declined-too-often-text = Trop de cartes ont été refusées. Libérez cette réservation et réservez de nouveau.
bank-waiting-title = Votre banque demande votre accord
bank-waiting-text = Confirmez le paiement auprès de votre banque. Les billets restent réservés pendant ce temps.
bank-waiting-act = Aller à la banque
bank-open-title = Votre paiement est ouvert
bank-open-text = Saisissez votre carte, ou confirmez auprès de votre banque si elle le demande. Les billets restent réservés pendant ce temps.
bank-open-act = Continuer le paiement
bank-declined-title = Une autre carte peut payer
bank-declined-text = Le paiement reste ouvert. Utilisez une autre carte.
bank-declined-act = Utiliser une autre carte
bank-back-title = Nous attendons la réponse de votre banque
bank-back-text = Cela prend d’ordinaire quelques secondes, et cette page l’affiche d’elle-même. Si rien ne change, vérifiez le paiement.
bank-back-act = Vérifier le paiement
bank-title = Est-ce bien vous qui payez ?
bank-other-title = Payer avec une autre carte
bank-text = Une vraie banque vous le demanderait maintenant, dans son application ou par un code. Ceci la remplace.
bank-consent = Oui, payer
bank-refuse = Non, ce n’est pas moi
bank-back = Retour à la commande
paying = Paiement…
paying-title = Nous attendons la réponse de la banque
paying-text = Cette page l’affiche d’elle-même. Vous pouvez la quitter : la commande reste dans vos billets.
cancel-act = Libérer les billets

# The life of an order.
steps = Étapes jusqu’à vos billets
step-held = Réservé
step-pay = Payer
step-paid = Payé
step-tickets = Billets
life = Ce qui s’est passé
life-until = jusqu’au
life-held = Réservé
life-payment = Paiement commencé :
life-paid = Payé :
life-payment-cancelled = Paiement terminé, rien n’a été débité
life-declined = Carte refusée
life-issued = Billets émis
life-used = Entrée à la porte
life-refund = Rendu :
life-refunded = Argent remboursé :
receipt = Reçu
receipt-date = Date
receipt-buyer = Acheteur
receipt-seller = Vendeur
receipt-each = l’unité
receipt-back = Remboursé
receipt-paid = Payé en tout
refunds = Argent remboursé
refund-processing = en route
refund-processing-text = Il va à la carte qui a payé. Certaines banques prennent des jours.
refund-done = remboursé
refund-done-text = Il a été rendu à la carte qui a payé. La banque l’affiche à son rythme.
refund-refused = en examen
refund-refused-text = La carte n’a pas accepté l’argent. Notre équipe s’en occupe ; vous n’avez rien à faire.
refund-reason = Motif :

# Tickets.
tickets-soon = Vos billets sont en cours d’émission. Cette page les affiche d’elle-même.
tickets-outside = Ce billet a été émis ailleurs : le vendeur vous le remet lui-même.
ticket-of = Billet { $n } sur { $all }
ticket-code = Code de { $ticket }, pour la porte
ticket-valid = valable
ticket-frozen = retenu
ticket-frozen-text = Notre équipe retient ce billet pour l’instant, comme lorsqu’un paiement est contesté. Écrivez-nous si vous ne savez pas pourquoi.
ticket-listed = en vente
ticket-listed-text = Vous proposez ce billet à d’autres supporters, il n’ouvre donc aucune porte. Retirez l’offre et vous aurez un nouveau code.
ticket-offers = Mes offres
ticket-used = utilisé
ticket-used-text = Quelqu’un est entré avec ce billet. Il ne laisse plus entrer personne.
ticket-refunded = remboursé
ticket-refunded-text = Ce billet a été rendu. Il n’ouvre plus aucune porte.
ticket-transferred = vendu
ticket-transferred-text = Un autre supporter a acheté ce billet et a son propre code.
ticket-valid-text = Le code ne peut pas être affiché pour l’instant. Rechargez la page.
ticket-category = Catégorie
ticket-holder = Nom
ticket-price = Prix
ticket-used-at = Utilisé
ticket-full = Plein écran
ticket-full-of = { $ticket } : code en plein écran
ticket-close = Fermer
ticket-pdf = PDF
ticket-pdf-of = { $ticket } en PDF
ticket-sell = Vendre
ticket-sell-of = Vendre { $ticket } à un autre supporter
calendar-add = Ajouter au calendrier
print = Imprimer
match-page = Le match

# Giving tickets back.
refund-begin = Rendre
refund-which = Quels billets rendez-vous ?
refund-none-chosen = Choisissez au moins un billet.
refund-go-on = Continuer
refund-heading = { $n ->
    [one] Rendre { $n } billet ?
   *[other] Rendre { $n } billets ?
}
refund-sum = Vous revient
refund-once = Dès lors les billets n’ouvrent plus aucune porte et retournent en vente. C’est sans retour.
refund-days = L’argent va à la carte qui a payé. Certaines banques prennent des jours.
refund-until = Les billets peuvent être rendus jusqu’au
refund-why = Motif (facultatif)
refund-why-hint = Notre équipe le voit à côté du remboursement.
refund-act = { $n ->
    [one] Rendre { $n } billet · { $price } vous reviennent
   *[other] Rendre { $n } billets · { $price } vous reviennent
}
refund-keep = Garder les billets
refund-not-title = Ces billets ne peuvent pas être rendus maintenant
refund-not-text = L’un d’eux est utilisé, vendu, en vente ou retenu, ou la commande a changé entre-temps.
refund-until-was = Les billets de ce match pouvaient être rendus jusqu’au

# All orders.
orders-heading = Mes billets
orders-lead = Réservations, billets et commandes, les plus récents d’abord.
orders-waiting = { $n ->
    [one] Vous attend
   *[other] Vous attendent
}
orders-others = Billets et commandes passées
orders-empty = Pas encore de billets
orders-empty-text = Ce que vous réservez et achetez est gardé ici, de la première minute au jour du match.
orders-find = Trouver un match
orders-end = Il n’y a rien de plus ancien.
orders-pay = Payer
orders-pay-of = Payer { $fixture }
orders-go-on = Continuer
orders-go-on-of = Continuer le paiement de { $fixture }
orders-from-fan = d’un autre supporter
orders-pages = Plus de commandes
orders-newest = Les plus récentes
orders-older = Plus anciennes

# On the page of a match, where nothing could be held.
only-some-title = Il n’en reste pas autant pour l’instant
only-some = { $n ->
    [one] Seul { $n } billet peut être réservé pour l’instant. Prenez-en moins, ou attendez : il peut en revenir.
   *[other] Seuls { $n } billets peuvent être réservés pour l’instant. Prenez-en moins, ou attendez : il peut en revenir.
}
limit-reached = Vous avez réservé ou acheté { $has } billets de ce match, sur { $limit } au plus.
limit-orders = Voir mes billets

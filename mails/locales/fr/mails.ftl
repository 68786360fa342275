# Courriels aux supporters.
mail-hello = Bonjour { $name },
mail-hello-unnamed = Bonjour,
mail-kick-off = { $day }, { $clock }
mail-what = { $category }, { $tickets }, { $amount }
mail-what-alone = { $category }, { $amount }
mail-enter-code = Saisissez ce code là où { $site } le demande :
mail-open-site = Ouvrir le site
mail-open-order = Ouvrir ma commande
mail-support = Une question ? Écrivez-nous :

verify-email-subject = Confirmez votre adresse pour { $site }
verify-email-text = Un compte a été ouvert sur { $site } avec cette adresse. Si c’est vous, confirmez-la.
verify-email-link = Confirmer mon adresse
verify-email-note = Ceci fonctionne une seule fois, pendant 24 heures. Si vous n’avez ouvert aucun compte, ne faites rien.

reset-password-subject = Réinitialisez votre mot de passe pour { $site }
reset-password-text = Un nouveau mot de passe a été demandé pour votre compte sur { $site }. Si c’est vous, continuez ici.
reset-password-link = Choisir un nouveau mot de passe
reset-password-note = Ceci fonctionne une seule fois, pendant une heure. Si ce n’est pas vous, ne faites rien : votre mot de passe reste le même.

password-changed-subject = Votre mot de passe pour { $site } a été changé
password-changed-text = Le mot de passe de votre compte sur { $site } ({ $email }) vient d’être changé, et tous les autres appareils ont été déconnectés.
password-changed-warning = Si ce n’est pas vous, réinitialisez votre mot de passe tout de suite : une autre personne lit peut-être votre compte.
password-changed-link = Réinitialiser mon mot de passe

account-deleted-subject = Votre compte sur { $site } est supprimé
account-deleted-text = Votre compte sur { $site } a été supprimé, et avec lui votre adresse e-mail, votre nom et votre mot de passe.
account-deleted-kept = Ce que la loi nous oblige à conserver de vos achats reste sans votre nom ni votre adresse. Vous pouvez à tout moment ouvrir un nouveau compte avec cette adresse.
account-deleted-note = C’est le dernier message au sujet de ce compte. Si vous ne l’avez pas supprimé, écrivez-nous : une autre personne connaissait votre mot de passe.

hold-placed-subject = À vous jusqu’au { $until } : { $fixture }
hold-placed-text = { $n ->
    [one] Ce billet est réservé pour vous sur { $site } :
   *[other] Ces billets sont réservés pour vous sur { $site } :
}
hold-placed-until = Payez avant le { $until } ; ensuite ils sont remis en vente.
hold-placed-link = Payer maintenant
hold-placed-note = Vous n’en voulez plus ? Annulez sur la même page, pour que d’autres supporters puissent les acheter.

hold-expired-subject = Non payé à temps : { $fixture }
hold-expired-text = { $n ->
    [one] Ce billet était réservé pour vous sur { $site } jusqu’au { $until }. Il n’a pas été payé à temps et est de nouveau en vente :
   *[other] Ces billets étaient réservés pour vous sur { $site } jusqu’au { $until }. Ils n’ont pas été payés à temps et sont de nouveau en vente :
}
hold-expired-again = Rien ne vous a été débité. Si vous voulez toujours venir, réessayez tant qu’il en reste.
hold-expired-link = Voir ce qu’il reste

paid-subject = { $n ->
    [one] Votre billet : { $fixture }
   *[other] Vos billets : { $fixture }
}
paid-text = { $n ->
    [one] Merci, votre paiement est terminé. Votre billet est joint en PDF :
   *[other] Merci, votre paiement est terminé. Vos { $n } billets sont joints en PDF, un par page :
}
paid-gate = Imprimez-le, ou montrez-le sur votre téléphone. Chaque code ouvre la porte une fois, à la première personne qui le montre : gardez-le pour vous jusque-là.

paid-unconfirmed-subject = Payé : { $fixture }
paid-unconfirmed-text = Merci, votre paiement est terminé :
paid-unconfirmed-sign-in = { $n ->
    [one] Connectez-vous sur { $site } pour montrer ou télécharger le billet.
   *[other] Connectez-vous sur { $site } pour montrer ou télécharger les billets.
}
paid-unconfirmed-note = Les billets ne sont joints aux courriels qu’une fois votre adresse confirmée, car le code d’un billet laisse entrer toute personne qui l’a.

bought-subject = Vous avez acheté : { $fixture }
bought-text = Merci, votre paiement est terminé. Ce billet a été émis par un autre vendeur, et le supporter qui l’a vendu vous le remet :
bought-note = { $site } n’a pas de code pour ce billet.

listing-sold-subject = Vendu : { $fixture }
listing-sold-text = Le billet que vous proposiez sur { $site } est vendu et payé :
listing-sold-gate = Son code n’ouvre plus aucune porte. S’il a été émis ailleurs, remettez-le à son acheteur.
listing-sold-payout = Son prix, moins les frais, est en route vers vous. Vos versements montrent où il en est.
listing-sold-link = Voir mes versements

refunded-subject = Remboursé : { $fixture }
refunded-all = { $n ->
    [one] Votre billet a été rendu :
   *[other] Vos { $n } billets ont été rendus :
}
refunded-some = { $returned ->
    [one] { $returned } de vos { $n } billets a été rendu :
   *[other] { $returned } de vos { $n } billets ont été rendus :
}
refunded-money = { $amount } sur les { $total } payés sur { $site } reviennent sur votre carte. Votre banque peut mettre quelques jours à l’afficher.
refunded-gate = Un billet rendu n’ouvre aucune porte.
refunded-gate-others = Un billet rendu n’ouvre aucune porte. Vos autres billets restent comme ils sont.

ticket-offered-subject = Un billet pour vous : { $fixture }
ticket-offered-text = { $giver } vous offre un billet de { $site }. Il ne vous coûte rien :
ticket-offered-text-unnamed = Un supporter vous offre un billet de { $site }. Il ne vous coûte rien :
ticket-offered-link = Accepter le billet
ticket-offered-until = Vous pouvez l’accepter jusqu’au { $until }, avec n’importe quel compte sur { $site }.
ticket-offered-note = Ceci fonctionne une seule fois, et toute personne qui l’a peut avoir le billet : gardez ce courriel pour vous. Si vous ne voulez pas du billet, ne faites rien.

ticket-accepted-subject = Accepté : { $fixture }
ticket-accepted-text = Le billet que vous avez offert à { $to } a été accepté :
ticket-accepted-gate = Il est désormais à cette personne, et le code que vous aviez n’ouvre plus aucune porte.
ticket-accepted-link = Voir mes billets
ticket-accepted-note = Si ce n’est pas vous qui l’avez offert, écrivez-nous tout de suite et changez votre mot de passe.

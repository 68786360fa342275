# Words of the pages on which a ticket is given to a friend, or accepted.
ticket-give = Offrir à un ami
ticket-give-of = Offrir à un ami : { $ticket }
ticket-given = offert
ticket-given-text = Vous avez offert ce billet à { $to }. Il est désormais à lui, avec son propre code.
give-pending = Vous offrez ce billet à { $to }. Il reste à vous, avec ce code, jusqu’à ce qu’il soit accepté.
give-pending-until = Il peut être accepté jusqu’au
give-take-back = Le reprendre
give-take-back-of = Le reprendre : { $ticket }
give-heading = Offrez ce billet à un ami
give-email = E-mail de votre ami
give-email-hint = Nous lui envoyons un lien. Il accepte le billet avec n’importe quel compte de ce site.
give-wrong-email = Indiquez l’e-mail de votre ami, comme nom@example.com, et non le vôtre.
give-rule-until = { $hours ->
    [one] Jusqu’à ce qu’il soit accepté, sous { $hours } heure, il reste à vous et vous pouvez le reprendre.
   *[other] Jusqu’à ce qu’il soit accepté, sous { $hours } heures, il reste à vous et vous pouvez le reprendre.
}
give-rule-after = Ensuite il est à votre ami, et le code que vous avez n’ouvre plus aucune porte. C’est sans retour.
give-rule-money = Personne ne le paie. Le vendre, le rendre ou entrer avec met fin à l’offre.
give-act = Offrir le billet
give-keep = Garder le billet
give-look = Voir le billet
give-not-title = Ce billet ne peut pas être offert maintenant
give-not-offered = Il est déjà offert à { $to }. Reprenez-le d’abord.
give-not-closed = La vente de son match est terminée, et avec elle le temps d’offrir des billets.
give-not-again = Il a changé de mains aussi souvent qu’un billet le peut.

accept-heading = Un billet pour vous
accept-lead = Un autre supporter vous l’offre. Il ne vous coûte rien.
accept-until = Il peut être accepté jusqu’au
accept-as = Il va au compte de { $email }.
accept-act = Accepter le billet
accept-sign-in = Pour l’avoir, ouvrez un compte ou connectez-vous. N’importe quel e-mail convient.
accept-not-title = Vous ne pouvez pas avoir ce billet
accept-own = C’est vous qui l’offrez. Le lien est pour la personne qui doit l’avoir.
accept-limit = On vous a offert { $has } billets de ce match, sur { $limit } au plus.
accept-closed = La vente de son match est terminée, et avec elle le temps d’accepter des billets.
accept-over-title = Ce billet n’est plus offert
accept-over-accepted = Il a été accepté. Si c’était vous, il est parmi vos billets.
accept-over-cancelled = Le supporter qui l’offrait l’a repris.
accept-over-lapsed = Son temps est passé, ou il a été utilisé, vendu ou rendu avant.
accept-code-hint = Il est dans l’e-mail qui vous offre le billet, et sert une fois.
accept-wrong-code = Ce code est inconnu. Copiez-le encore une fois de l’e-mail.
accept-look = Voir le billet

received-lead = Un autre supporter vous l’a offert. Montrez le code à la porte : il laisse entrer une personne, une fois.
received-without-lead = Un autre supporter vous l’a offert. À côté du billet est dit pourquoi aucun code n’est affiché.
orders-received = Offerts à vous
orders-code = Avez-vous reçu par e-mail un code pour un billet ?
orders-code-enter = Saisissez-le ici

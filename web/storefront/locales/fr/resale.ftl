# Le marché des supporters.
resale-title = D’autres supporters
resale-heading = Billets d’autres supporters
resale-description = Des billets que des supporters proposent à d’autres, à des prix que le site encadre, avec un nouveau billet pour l’acheteur.
resale-intro = Des supporters les proposent, à des prix que le site encadre. L’acheteur reçoit un nouveau billet ; l’ancien n’ouvre plus rien.
resale-sell-yours = Proposer un billet
resale-filter = Filtrer et trier
resale-offers = Offres
resale-match = Match
resale-category = Catégorie
resale-from = Prix à partir de
resale-to = Prix jusqu’à
resale-bound-wrong = Non pris en compte : écrivez un montant comme { $example }.
resale-sort = Ordre
resale-sort-cheapest = Moins chers
resale-sort-dearest = Plus chers
resale-sort-newest = Plus récents
resale-sort-oldest = Plus anciens
resale-apply = Voir les offres
resale-pages = Suite de cette liste
resale-more = Plus d’offres
resale-closed = Pas de revente ici
resale-closed-text = Sur ce site, les supporters ne peuvent pas vendre de billets à d’autres.
resale-none = Personne ne propose de billet en ce moment
resale-none-text = Les offres apparaissent ici d’elles-mêmes tant que cette page est ouverte. Il reste peut-être des billets en vente directe.
resale-none-fits = Aucune offre ne convient
resale-none-fits-text = Essayez avec moins de filtres : toute catégorie, ou une fourchette de prix plus large.
resale-new-offers = { $n ->
    [one] { $n } nouvelle offre
   *[other] { $n } nouvelles offres
}
resale-open = disponible
resale-locked = en cours d’achat
resale-sold = vendu
resale-withdrawn = retiré
resale-new-price = nouveau prix
resale-by = Proposé par
resale-seller-unnamed = un supporter
resale-outside = émis ailleurs
resale-clock = { $clock } { $offset }
resale-locked-note = Un autre supporter est en train de l’acheter. S’il ne paie pas, le billet revient.
resale-locked-until = Un autre supporter est en train de l’acheter, jusqu’à { $time } au plus tard. S’il ne paie pas, le billet revient.
resale-order = Réserver
resale-own = Votre offre

# Une offre.
resale-crumbs = Où se trouve cette page
resale-all = Toutes les offres
resale-offered-as = Proposé comme
resale-details = Détails
resale-seller = Vendeur
resale-issued = Billet
resale-issued-here = Émis par ce site : vous en recevez un nouveau à votre nom, et celui du vendeur n’ouvre plus rien.
resale-issued-elsewhere = Émis ailleurs
resale-outside-title = Ce billet n’a pas été émis ici
resale-outside-text = Le vendeur vous le remet lui-même. Ce site ne peut pas le vérifier, et aucun code n’apparaîtra dans votre compte. Demandez-vous si vous faites confiance au vendeur avant de payer.
resale-offer-description = { $fixture }, { $category }, d’un autre supporter pour { $price }.
resale-order-for = { $minutes ->
    [one] Réserver pendant { $minutes } minute
   *[other] Réserver pendant { $minutes } minutes
}
resale-pays = C’est tout ce que vous payez : les frais du site sont compris, et à la charge du vendeur.
resale-hold = { $minutes ->
    [one] Réservé pour vous { $minutes } minute, le temps de payer ; maintenant, ce serait jusqu’à { $time }.
   *[other] Réservé pour vous { $minutes } minutes, le temps de payer ; maintenant, ce serait jusqu’à { $time }.
}
resale-nothing-charged = Rien n’est débité pour l’instant. Si vous ne payez pas, le billet retourne sur le marché.
resale-sign-in = Il vous sera d’abord demandé de vous connecter.
resale-own-text = C’est vous qui proposez ce billet. Voici comment les autres le voient.
resale-sold-text = Un autre supporter l’a acheté.
resale-withdrawn-text = Le vendeur l’a retiré.
resale-others = Autres offres pour ce match
resale-not-ordered = Non réservé
resale-refused-own = C’est votre propre offre ; vous ne pouvez pas l’acheter.
resale-refused-limit = { $most ->
    [one] Vous avez { $has } offre réservée et impayée, et une seule à la fois est possible. Payez-la ou libérez-la d’abord.
   *[other] Vous avez { $has } offres réservées et impayées, et pas plus de { $most } à la fois ne sont possibles. Payez-en ou libérez-en une d’abord.
}
resale-to-orders = Mes billets et commandes
resale-refused-again = Un autre supporter a été plus rapide, puis l’a libéré. Vous pouvez le réserver maintenant.
resale-refused-changed = Le vendeur l’a modifié pendant que vous regardiez. Il coûte maintenant { $price } ; rien n’a été réservé.
resale-refused-over = Les offres pour ce match sont terminées.
resale-refused-locked = Un autre supporter a été plus rapide. S’il ne paie pas, le billet revient.
resale-refused-sold = Un autre supporter l’a acheté pendant que vous regardiez.
resale-refused-withdrawn = Le vendeur l’a retiré pendant que vous regardiez.

# Proposer un billet.
sell-page-title = Proposer un billet
sell-choose = Quel billet proposez-vous ?
sell-choose-text = Voici vos billets valables. Tant qu’un billet est proposé, il n’ouvre aucune porte.
sell-to-sales = Mes offres et versements
sell-none = Vous n’avez aucun billet à proposer
sell-none-text = Un billet peut être proposé dès qu’il est payé, jusqu’à ce qu’il soit utilisé, vendu ou remboursé.
sell-more = Plus de billets
sell-paid = Vous avez payé
sell-paid-price = vous avez payé { $price }
sell-seat = Billet { $n }
sell-this = Proposer celui-ci
sell-frozen = retenu
sell-frozen-text = Notre équipe retient ce billet pour le moment. Écrivez-nous avant de le proposer.
sell-others = Mes autres billets
sell-heading = Proposez votre billet
sell-title = Titre
sell-title-hint = Ce que les autres lisent d’abord, par exemple « Derrière le but, rang 4 ».
sell-title-missing = Écrivez un titre, par exemple « Derrière le but, rang 4 ».
sell-title-long = Écrivez un titre de 1 à { $most } lettres, sur une seule ligne.
sell-description = Détails
sell-description-hint = Si vous voulez : où est la place, pourquoi vous vendez. Jusqu’à { $most } lettres.
sell-description-long = Réduisez les détails à { $most } lettres.
sell-price = Prix en { $currency }
sell-price-hint = Ce que paie l’acheteur, par exemple { $example }.
sell-price-bounds = Ce que paie l’acheteur : de { $least } à { $most } dans cette catégorie.
sell-price-missing = Écrivez un prix, par exemple { $example }.
sell-price-wrong = Écrivez le prix comme un montant, par exemple { $example }.
sell-price-precise = Écrivez le prix avec deux décimales au plus, par exemple { $example }.
sell-price-zero = Le prix doit être supérieur à zéro.
sell-price-refused = Ce prix sort de ce que le site permet dans cette catégorie. Restez près de ce que le billet coûtait au départ.
sell-price-bounds-wrong = Le prix doit être compris entre { $least } et { $most } dans cette catégorie.
sell-review = Voir les frais et le versement
sell-review-text = Rien n’est encore proposé.
sell-check = Vérifiez votre offre
sell-buyer-pays = L’acheteur paie
sell-fee = Le site garde { $percent } %
sell-payout = Vous recevez
sell-act-for = Le proposer à { $price } · vous recevez { $payout }
sell-edit = Modifier
sell-what-happens = Ce qui se passe ensuite
sell-code-dies = Dès lors, le code de votre billet n’ouvre plus aucune porte, ni à l’écran ni sur papier.
sell-can-withdraw = Vous pouvez le retirer tant que personne ne l’a acheté. Vous recevez alors un nouveau code.
sell-can-withdraw-outside = Vous pouvez retirer l’offre tant que personne ne l’a achetée.
sell-paid-out = Une fois vendu, le prix moins les frais vous est versé.
sell-conflict = En l’état, ce billet ne peut pas être proposé : il l’est peut-être déjà, son match a commencé, ou vous avez autant d’offres que permis.
sell-choose-one = Choisissez
sell-match-missing = Choisissez le match du billet.
sell-category-missing = Choisissez la catégorie du billet.
sell-outside-link = Proposer un billet émis ailleurs
sell-outside-heading = Proposez un billet émis ailleurs
sell-outside-text = Vous le remettez vous-même à l’acheteur. Dites dans les détails ce que c’est et comment il le recevra.
sell-outside-closed = Ce site ne revend que ses propres billets.
sell-not = Ce billet ne peut pas être proposé
sell-not-listed = Vous le proposez déjà.
sell-not-sold = Vous l’avez vendu à un autre supporter.
sell-not-used = Quelqu’un est entré avec.
sell-not-refunded = Vous l’avez rendu.

# Ses propres offres.
sales-title = Mes offres
sales-heading = Mes offres
sales-all = Mes offres
sales-offer-more = Proposer un billet
sales-offer-first = Choisir un billet
sales-none = Vous n’avez encore rien proposé
sales-none-text = Si vous ne pouvez pas y aller, un autre supporter le peut : choisissez un de vos billets et fixez un prix.
sales-live = Sur le marché
sales-live-none = Vous n’avez rien sur le marché.
sales-figures = Prix { $price } · frais { $fee } · vous recevez { $payout }
sales-locked = Un supporter est en train de l’acheter.
sales-locked-until = Un supporter est en train de l’acheter, jusqu’à { $time } au plus tard.
sales-is-withdrawing = Vous le retirez : il quitte le marché dès que le paiement en cours a échoué.
sales-change = Modifier
sales-withdraw = Retirer
sales-earlier = Vendus et retirés
sales-earlier-more = Offres précédentes
sales-payouts = Versements
sales-payouts-none = Dès qu’un billet est vendu, ce que vous recevez apparaît ici.
sales-payouts-more = Versements précédents
sales-total-due = En route vers vous
sales-total-paid = Versé
sales-nothing = Rien
sales-of = { $n ->
    [one] pour { $n } vente
   *[other] pour { $n } ventes
}
sales-of-newest = { $n ->
    [one] pour votre vente la plus récente
   *[other] pour vos { $n } ventes les plus récentes
}
sales-ticket = Billet
sales-price = Prix
sales-fee = Frais
sales-payout = Vous recevez
sales-status = État
sales-paid = versé
sales-due = en route
sales-offered = Il est sur le marché :
sales-changed = Modifié :
sales-withdrawn = Il est de nouveau à vous seul, avec un nouveau code :
sales-withdrawing = Il quitte le marché dès que le paiement en cours a échoué :
sales-to-tickets = Voir mes billets
sales-change-heading = Modifiez votre offre
sales-price-hint = Ce que paie l’acheteur. Les frais en dépendent.
sales-save = Enregistrer
sales-as-seen = Comme les autres le voient
sales-fixed = Un supporter est en train de l’acheter : il ne peut pas être modifié maintenant.
sales-fixed-until = Un supporter est en train de l’acheter, jusqu’à { $time } au plus tard. Il ne peut pas être modifié entre-temps.
sales-fixed-sold = Il est vendu.
sales-fixed-withdrawn = Vous l’avez retiré.
sales-not-changed = Non modifié
sales-newest = L’offre a été modifiée ailleurs entre-temps. Le formulaire montre où elle en est ; voici ce que vous aviez saisi :
withdraw-heading = Retirer cette offre ?
withdraw-over = Cette offre
withdraw-text = Elle quitte le marché aussitôt, et votre billet est de nouveau valable avec un nouveau code. Les billets imprimés avec l’ancien code restent sans valeur.
withdraw-text-outside = Elle quitte le marché aussitôt.
withdraw-text-locked = Un supporter l’a commandé. S’il n’a pas commencé à payer, sa commande prend fin et le billet est de nouveau à vous. S’il est en train de payer, l’offre ne quitte le marché que si ce paiement échoue.
withdraw-act = Retirer l’offre
withdraw-keep = La laisser sur le marché
withdraw-not = Non retirée
withdraw-changed = L’offre a changé entre-temps. Voici où elle en est.

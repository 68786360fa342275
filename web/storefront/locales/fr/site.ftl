# L’aide, et ce que le site dit de lui-même.
help-title = Aide
help-description = Comment fonctionnent ici la réservation, le paiement, les billets, la revente et les remboursements, et ce que nous faisons pour l’accessibilité et la vie privée.
help-contents = Sur cette page

help-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}

help-holds = Réserver des billets
help-holds-1 = Quand vous choisissez des billets, nous vous les réservons pendant { $minutes }. L’horloge de la page suit notre heure : elle est juste sur tout appareil, même après une mise en veille du vôtre.
help-holds-2 = Une réservation ne coûte rien. Sans paiement à temps, les billets reviennent d’eux-mêmes en vente, et d’autres peuvent les prendre.
help-holds-3 = « Réservé » veut dire que d’autres sont en train de payer ce qui reste : une partie peut revenir dans les { $minutes }. « Épuisé » veut dire que rien ne reviendra, sauf si quelqu’un rend ses billets ou les propose à d’autres supporters.
help-holds-4 = Un double clic, « retour » ou un second onglet ne font aucun mal : un formulaire envoyé deux fois n’est exécuté qu’une fois.
help-holds-more = { $n ->
    [one] S’il vous faut plus de temps, demandez-en avant la fin du décompte : une fois, et pas tant que d’autres attendent les derniers billets.
   *[other] S’il vous faut plus de temps, demandez-en avant la fin du décompte : jusqu’à { $n } fois, et pas tant que d’autres attendent les derniers billets.
}

help-paying = Payer
help-paying-1 = Le prix sur le bouton est le prix : tous les frais y sont compris.
help-paying-2 = Votre carte est débitée quand les billets sont à vous, pas avant. Si une carte est refusée, rien n’est prélevé et vous pouvez en essayer une autre tant que dure la réservation.
help-paying-3 = Si votre banque vous demande de confirmer, faites-le et revenez. Si la page s’est fermée entre-temps, « Mes billets » dit ce qu’est devenu le paiement.

help-tickets = Vos billets
help-tickets-1 = Chaque billet porte un code qui ouvre la porte une fois. Montrez-le sur votre téléphone ou imprimez-le. Ne le montrez pas avant : le premier arrivé entre.
help-tickets-2 = La page d’une commande contient vos billets, à montrer, à imprimer, en PDF, et un rendez-vous pour votre agenda.
help-tickets-3 = Les heures sont celles du stade ; quand la vôtre est différente, elle figure à côté.
help-tickets-most = { $n ->
    [one] Chacun peut réserver ou posséder { $n } billet d’un match, pour que davantage de monde en ait un.
   *[other] Chacun peut réserver ou posséder au plus { $n } billets d’un match, pour que davantage de monde en ait un.
}

help-resale = Vendre à d’autres supporters
help-resale-1 = Un billet que vous ne pouvez pas utiliser peut être proposé à d’autres supporters, dans les limites de prix que la page indique. Elle dit, avant la mise en vente, les frais retenus et ce que vous recevez.
help-resale-fee = Du prix de vente, { $percent } % sont retenus comme frais.
help-resale-2 = Tant qu’il est proposé, son code n’ouvre aucune porte. Vous pouvez changer le prix ou retirer l’offre tant que personne ne l’achète.
help-resale-3 = L’acheteur reçoit un nouveau billet avec un nouveau code. Le vôtre ne vaut plus rien, et l’argent vous est versé.
help-resale-4 = Achetez aux autres supporters ici, et nulle part ailleurs : c’est la seule façon d’être sûr que le billet ouvre la porte.

help-refunds = Remboursements
help-refunds-until = { $hours ->
    [0] Vous pouvez rendre vos billets vous-même, sur la page de leur commande, jusqu’au coup d’envoi.
    [one] Vous pouvez rendre vos billets vous-même, sur la page de leur commande, jusqu’à { $hours } heure avant le match.
   *[other] Vous pouvez rendre vos billets vous-même, sur la page de leur commande, jusqu’à { $hours } heures avant le match.
}
help-refunds-any = Vous pouvez rendre vos billets vous-même, sur la page de leur commande, tant qu’ils n’ont pas servi.
help-refunds-none = Les billets ne peuvent pas être rendus ici par vous-même. Si vous ne pouvez pas venir, écrivez-nous.
help-refunds-1 = L’argent remboursé revient sur la carte qui a payé ; les banques y mettent quelques jours.
help-refunds-2 = Si un match est annulé ou déplacé, vous l’apprenez par e-mail.

help-account = Votre compte
help-account-1 = Vos billets sont dans votre compte, sur chaque appareil où vous vous connectez. Un gestionnaire de mots de passe peut tout remplir ici.
help-account-2 = Nous envoyons un code pour confirmer votre adresse, afin qu’aucun billet ne parte à une adresse mal saisie.
help-account-3 = En cas de mot de passe oublié, nous vous envoyons un code pour en choisir un autre. Après quelques erreurs, l’essai suivant doit attendre un peu : cela empêche d’autres de deviner le vôtre.

help-checks = Vérifications et limites
help-checks-1 = Pour que les billets aillent à des personnes et non à des programmes, votre navigateur doit parfois résoudre une petite tâche avant que vous puissiez vous connecter, réserver ou payer. Il le fait seul, en quelques secondes, avec JavaScript.
help-checks-2 = Sans JavaScript, tout le reste fonctionne. Si la vérification est demandée, attendez quelques minutes, connectez-vous ou utilisez un autre réseau.
help-checks-3 = Trop de demandes d’un même compte ou d’un même réseau reçoivent une réponse plus lente. Ce que vous avez réservé reste à vous jusqu’à la fin du délai.

help-accessibility = Accessibilité
help-accessibility-1 = Ces pages sont faites pour respecter les WCAG 2.2 au niveau AA. Elles fonctionnent au clavier, avec un lecteur d’écran, en grands caractères, en mode sombre et sans animation, et pour la plupart sans JavaScript.
help-accessibility-2 = Les changements de ce qui reste sont dits avec des mots, et pas plus souvent que ce qui est supportable. Quand le temps presse, un avertissement vient avant la fin.
help-accessibility-3 = Si quelque chose vous gêne, écrivez-nous : nous le corrigeons, et nous vous aidons entre-temps à obtenir votre billet.

help-privacy = Vie privée et cookies
help-privacy-1 = Nous gardons ce qu’il faut pour vos billets : votre adresse, votre nom et votre pays si vous les avez donnés, vos commandes et leur suite. Aucune de nos pages ne dit à d’autres entreprises que vous êtes venu : ni publicité, ni mesure d’audience, ni fichier d’un autre serveur. Le formulaire de carte vient de l’entreprise qui encaisse, et une vérification peut venir de l’entreprise qui la fait ; dans ce cas, la page admet leur serveur et aucun autre.
help-privacy-2 = Le site ne dépose que des cookies indispensables ; il ne demande donc pas de consentement. Aucun script ne peut les lire.
help-privacy-3 = L’adresse de votre réseau sert contre les abus, par exemple contre trop d’essais, et n’est gardée que le temps nécessaire.
help-cookies = Tous les cookies de ce site
help-cookie-life = Durée :
help-cookie-access = montre que vous êtes connecté
help-cookie-access-life = un quart d’heure
help-cookie-refresh = vous garde connecté
help-cookie-refresh-life = 30 jours après votre dernière visite, ou jusqu’à la déconnexion
help-cookie-captcha = montre qu’une vérification a réussi
help-cookie-captcha-life = une demi-heure
help-cookie-sign-in = achève une connexion chez un fournisseur d’identité
help-cookie-sign-in-life = dix minutes
help-cookie-payment = achève un paiement que votre banque vous demande de confirmer
help-cookie-payment-life = une heure
look-again = Regarder de nouveau

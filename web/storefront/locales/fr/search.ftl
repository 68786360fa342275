# La recherche : ce qui est saisi, comment c’est compris et ce qui est trouvé.
search-title = Rechercher
search-hint = Saisissez une équipe, un stade, une ville, un jour ou un groupe, dans n’importe quelle langue. Une faute de frappe ne gêne pas.
search-of = Résultats pour « { $query } »
search-corrected = Voici les résultats pour « { $query } ».
search-count = { $n ->
    [0] Aucun résultat
    [one] { $n } résultat
   *[other] { $n } résultats
}
search-all = { $n ->
    [one] Afficher le résultat
   *[other] Afficher les { $n } résultats
}
search-more = Plus de résultats
search-pages = Suite de cette liste
search-from-fan = { $category } d’un supporter pour { $price }
search-gone = Ce qui a été trouvé ici vient d’être vendu.

# Filtres et ordre.
search-filter = Filtrer et trier
search-apply = Afficher les résultats
search-chosen = Filtres
search-without = Retirer le filtre
search-unfiltered = Retirer tous les filtres
search-sort = Ordre
search-sort-best = Plus pertinents
search-sort-soonest = Prochains matchs
search-sort-cheapest = Prix croissant
search-sort-dearest = Prix décroissant
search-by-team = Équipe
search-by-venue = Stade
search-by-round = Tour
search-by-group = Groupe
search-by-category = Catégorie
search-by-price = Prix
search-by-available = Disponibilité
search-by-source = Vendeur
search-available = Disponibles
search-on-hold = Réservés
search-sold-out = Épuisés
search-closed = Vente close
search-stock = Billets officiels
search-resale = De supporters
search-price-below = Moins de { $below }
search-price-between = De { $from } à { $below }
search-price-from = { $from } et plus

# Rien trouvé.
search-nothing = Aucun résultat
search-none-fits = Il y a des résultats, mais aucun avec ces filtres.
search-nothing-like = Aucun match ni billet n’y ressemble. Vérifiez l’orthographe, ou utilisez moins de mots.
search-not-playing = Il n’y a pas de match avec { $teams } ici.
search-comma = , { "" }
search-try = Essayez l’une de ces recherches :

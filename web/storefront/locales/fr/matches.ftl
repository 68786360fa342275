# La liste des matchs et la page d’un match.
matches-title = Matchs
matches-heading = { $n ->
    [one] { $n } match, les mêmes billets pour tous
   *[other] { $n } matchs, les mêmes billets pour tous
}
matches-description = Des billets pour les { $n } matchs au prix officiel. Ce qui reste est affiché en direct.
matches-live = Ce qui reste sur cette page est mis à jour en direct.
facts-changed = Des équipes, des horaires ou des stades ont changé.
facts-show-now = Les afficher tels qu’ils sont
filter-stage = Groupe ou tour
filter-team = Équipe
filter-venue = Stade
filter-day = Jour
filter-any = Tous
filter-status = Disponibles maintenant
filter-apply = Afficher
filter-clear = Tout afficher
matches-none = Aucun match ne correspond
matches-none-text = Essayez avec moins de filtres : un autre jour, ou tous les stades.
matches-empty = Pas encore de matchs
matches-empty-text = La liste des matchs n’est pas encore arrivée. Revenez dans un instant.
left = { $n ->
    [one] { $n } restant
   *[other] { $n } restants
}
on-hold = réservés
sold-out = épuisés
sale-closed = vente close
choose = Choisir
choose-of = Choisir des billets pour { $fixture }
from-fans = De supporters
from-fans-of = Billets de supporters pour { $fixture }
match-number = Match { $n }
match-description = { $fixture }, { $day }, { $venue }. Billets à partir de { $price }.
choose-category = Choisissez une catégorie
how-many = Combien
hold-button = Réserver pendant { $minutes } minutes
hold-act = { $n ->
    [one] Réserver { $n } billet pendant { $minutes } minutes · { $price }
   *[other] Réserver { $n } billets pendant { $minutes } minutes · { $price }
}
nothing-charged = Rien n’est débité pour l’instant. Les billets impayés retournent en vente.
note-held = D’autres personnes paient ce qui reste. Quelques billets peuvent revenir d’ici { $minutes } minutes.
note-sold-out = Il n’en reste plus. D’autres supporters proposent peut-être les leurs.
note-closed = La vente de ce match est terminée.
other-fans = D’autres supporters
other-fans-none = Aucune offre pour ce match en ce moment.
other-fans-all = Voir toutes les offres
offer-line = { $category } · 1 billet
announce = { $fixture }, { $category } : { $state }
announce-many = { $n ->
    [one] La disponibilité a changé dans { $n } catégorie
   *[other] La disponibilité a changé dans { $n } catégories
}
live-changed = en direct, modifié { $ago }
reconnecting = reconnexion
offline = hors connexion
sending = Un instant…
as-of-now = à l’ouverture de cette page
more-matches = Plus de matchs
recommended-title = Recommandés pour vous
recommended-for = Supporters de
recommended-of = pour les supporters de ce pays : { $country }
recommended-choose = Choisissez votre pays
recommended-why = Les matchs de votre équipe et de votre région viennent en premier, ainsi que ceux que les supporters de votre pays achètent.
recommended-show = Afficher
recommended-instead = Vous aimerez peut-être aussi
recommended-from = à partir de { $price }
recommended-from-fans = auprès des supporters, { $price }
because-your-country = { $team } joue
because-your-region = { $team } joue, une équipe de votre région
because-popular-in-country = Apprécié des supporters de { $country }
because-same-team = Vous avez déjà choisi { $team }
because-booked-together = Les supporters de { $fixture } le choisissent aussi
because-nearby = Près de { $fixture }, que vous avez choisi
because-popular = Très demandé en ce moment

# Nombres, jours et heures.
tickets = { $n ->
    [one] { $n } billet
   *[other] { $n } billets
}
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
day-of-month = { $weekday } { $day } { $month }
day-of-year = { $weekday } { $day } { $month } { $year }
date-and-clock = { $day } { $month } { $year }, { $clock }

# Comment un match est nommé.
stage-group = Groupe { $group }
stage-round = { $round ->
    [1] 1re journée
    [2] 2e journée
    [3] 3e journée
    [4] Huitièmes de finale
    [5] Quarts de finale
    [6] Demi-finales
    [7] Finales
   *[other] Tour { $round }
}
versus = –
versus-long = { $home } – { $away }
category = Catégorie { $n }

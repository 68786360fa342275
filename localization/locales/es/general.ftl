# Números, días y horas.
tickets = { $n ->
    [one] { $n } entrada
   *[other] { $n } entradas
}
weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
day-of-month = { $weekday }, { $day } de { $month }
day-of-year = { $weekday }, { $day } de { $month } de { $year }
date-and-clock = { $day } de { $month } de { $year }, { $clock }

# Cómo se nombra un partido.
stage-group = Grupo { $group }
stage-round = { $round ->
    [1] Jornada 1
    [2] Jornada 2
    [3] Jornada 3
    [4] Octavos de final
    [5] Cuartos de final
    [6] Semifinales
    [7] Finales
   *[other] Ronda { $round }
}
versus = –
versus-long = { $home } – { $away }
category = Categoría { $n }

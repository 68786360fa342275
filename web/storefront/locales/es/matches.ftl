# La lista de partidos y la página de un partido.
matches-title = Partidos
matches-heading = { $n ->
    [one] { $n } partido, unas mismas entradas para todos
   *[other] { $n } partidos, unas mismas entradas para todos
}
matches-description = Entradas para los { $n } partidos al precio oficial. Lo que queda se muestra en directo.
matches-live = Lo que queda en esta página se actualiza en directo.
facts-changed = Han cambiado equipos, horarios o estadios.
facts-show-now = Ver cómo están ahora
filter-stage = Grupo o ronda
filter-team = Equipo
filter-venue = Estadio
filter-day = Día
filter-any = Cualquiera
filter-status = Disponibles ahora
filter-apply = Ver
filter-clear = Ver todos
matches-none = No hay partidos así
matches-none-text = Prueba con menos filtros: otro día o cualquier estadio.
matches-empty = Aún no hay partidos
matches-empty-text = La lista de partidos todavía no ha llegado. Vuelve a mirar en un momento.
left = { $n ->
    [one] queda { $n }
   *[other] quedan { $n }
}
on-hold = reservadas
sold-out = agotadas
sale-closed = venta cerrada
choose = Elegir
choose-of = Elegir entradas para { $fixture }
from-fans = De aficionados
from-fans-of = Entradas de aficionados para { $fixture }
match-number = Partido { $n }
match-description = { $fixture }, { $day }, en { $venue }. Entradas desde { $price }.
choose-category = Elige una categoría
how-many = Cuántas
hold-button = Reservar durante { $minutes } minutos
hold-act = { $n ->
    [one] Reservar { $n } entrada durante { $minutes } minutos · { $price }
   *[other] Reservar { $n } entradas durante { $minutes } minutos · { $price }
}
nothing-charged = Todavía no se cobra nada. Las entradas sin pagar vuelven a la venta.
note-held = Otras personas están pagando lo que queda. Puede que alguna vuelva en { $minutes } minutos.
note-sold-out = No queda nada. Otros aficionados pueden ofrecer las suyas.
note-closed = La venta de este partido ha terminado.
other-fans = De otros aficionados
other-fans-none = Ahora mismo no hay ofertas para este partido.
other-fans-all = Ver todas las ofertas
offer-line = { $category } · 1 entrada
announce = { $fixture }, { $category }: { $state }
announce-many = { $n ->
    [one] Ha cambiado la disponibilidad de { $n } categoría
   *[other] Ha cambiado la disponibilidad de { $n } categorías
}
live-changed = en directo, cambió { $ago }
reconnecting = reconectando
offline = sin conexión
sending = Un momento…
as-of-now = al abrir esta página
more-matches = Más partidos
recommended-title = Recomendados para ti
recommended-for = Aficionados de
recommended-of = para aficionados de { $country }
recommended-choose = Elige tu país
recommended-why = Primero salen los partidos de tu selección y de tu región, y los que compran los aficionados de tu país.
recommended-show = Mostrar
recommended-instead = También te puede gustar
recommended-from = desde { $price }
recommended-from-fans = de otros aficionados, { $price }
because-your-country = Juega { $team }
because-your-region = Juega { $team }, un equipo de tu región
because-popular-in-country = Popular entre los aficionados de { $country }
because-same-team = Ya elegiste a { $team }
because-booked-together = También lo eligen quienes van a { $fixture }
because-nearby = Cerca de { $fixture }, que elegiste
because-popular = Popular ahora mismo

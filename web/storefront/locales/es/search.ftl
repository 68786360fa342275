# Búsqueda: lo que se escribe, cómo se entiende y lo que se encuentra.
search-title = Buscar
search-hint = Escribe un equipo, un estadio, una ciudad, un día o un grupo, en cualquier idioma. No importa alguna errata.
search-of = Resultados de «{ $query }»
search-corrected = Mostrando resultados de «{ $query }».
search-count = { $n ->
    [0] Sin resultados
    [one] { $n } resultado
   *[other] { $n } resultados
}
search-all = { $n ->
    [one] Ver el resultado
   *[other] Ver los { $n } resultados
}
search-more = Más resultados
search-pages = Más de esta lista
search-from-fan = { $category } de un aficionado por { $price }
search-gone = Lo que se encontró aquí se acaba de vender.

# Filtros y orden.
search-filter = Filtrar y ordenar
search-apply = Ver resultados
search-chosen = Filtros
search-without = Quitar el filtro
search-unfiltered = Quitar todos los filtros
search-sort = Orden
search-sort-best = Más relevantes
search-sort-soonest = Próximos partidos
search-sort-cheapest = Precio más bajo
search-sort-dearest = Precio más alto
search-by-team = Equipo
search-by-venue = Estadio
search-by-round = Ronda
search-by-group = Grupo
search-by-category = Categoría
search-by-price = Precio
search-by-available = Disponibilidad
search-by-source = Vendedor
search-available = Disponibles
search-on-hold = Reservadas
search-sold-out = Agotadas
search-closed = Venta cerrada
search-stock = Entradas oficiales
search-resale = De aficionados
search-price-below = Menos de { $below }
search-price-between = De { $from } a { $below }
search-price-from = { $from } o más

# Nada encontrado.
search-nothing = No se ha encontrado nada
search-none-fits = Hay resultados, pero ninguno con estos filtros.
search-nothing-like = Ningún partido ni entrada se parece a esto. Revisa la ortografía o usa menos palabras.
search-not-playing = Aquí no hay partidos con { $teams }.
search-comma = , { "" }
search-try = Prueba con una de estas búsquedas:

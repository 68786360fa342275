# El mercado de los aficionados.
resale-title = De otros aficionados
resale-heading = Entradas de otros aficionados
resale-description = Entradas que unos aficionados ofrecen a otros, a precios que el sitio limita y con una entrada nueva para quien compra.
resale-intro = Las ofrecen otros aficionados, a precios que el sitio limita. Quien compra recibe una entrada nueva; la antigua ya no abre nada.
resale-sell-yours = Ofrecer una entrada
resale-filter = Filtrar y ordenar
resale-offers = Ofertas
resale-match = Partido
resale-category = Categoría
resale-from = Precio desde
resale-to = Precio hasta
resale-bound-wrong = No se ha tenido en cuenta: escribe un importe como { $example }.
resale-sort = Orden
resale-sort-cheapest = Más baratas
resale-sort-dearest = Más caras
resale-sort-newest = Más nuevas
resale-sort-oldest = Más antiguas
resale-apply = Ver ofertas
resale-pages = Más de esta lista
resale-more = Más ofertas
resale-closed = Aquí no hay reventa
resale-closed-text = En este sitio los aficionados no pueden vender entradas a otros.
resale-none = Ahora mismo nadie ofrece entradas
resale-none-text = Las ofertas aparecen aquí solas mientras esta página está abierta. Puede que a los partidos les queden entradas propias.
resale-none-fits = Ninguna oferta encaja
resale-none-fits-text = Prueba con menos filtros: cualquier categoría o un precio más amplio.
resale-new-offers = { $n ->
    [one] { $n } oferta nueva
   *[other] { $n } ofertas nuevas
}
resale-open = disponible
resale-locked = en compra
resale-sold = vendida
resale-withdrawn = retirada
resale-new-price = precio nuevo
resale-by = La ofrece
resale-seller-unnamed = un aficionado
resale-outside = emitida fuera
resale-clock = { $clock } { $offset }
resale-locked-note = Otro aficionado la está comprando. Si no paga, vuelve.
resale-locked-until = Otro aficionado la está comprando, hasta las { $time } como máximo. Si no paga, vuelve.
resale-order = Reservar
resale-own = Tu oferta

# Una oferta.
resale-crumbs = Dónde está esta página
resale-all = Todas las ofertas
resale-offered-as = Se ofrece como
resale-details = Detalles
resale-seller = Vendedor
resale-issued = Entrada
resale-issued-here = Emitida por este sitio: recibes una nueva a tu nombre y la del vendedor ya no abre nada.
resale-issued-elsewhere = Emitida fuera de este sitio
resale-outside-title = Esta entrada no se emitió aquí
resale-outside-text = Te la entrega el propio vendedor. Este sitio no puede comprobarla y no habrá ningún código en tu cuenta. Piensa si te fías del vendedor antes de pagar.
resale-offer-description = { $fixture }, { $category }, de otro aficionado por { $price }.
resale-order-for = { $minutes ->
    [one] Reservar durante { $minutes } minuto
   *[other] Reservar durante { $minutes } minutos
}
resale-pays = Es todo lo que pagas: la comisión del sitio está incluida y corre a cargo del vendedor.
resale-hold = { $minutes ->
    [one] Se te reserva { $minutes } minuto para pagar; ahora sería hasta las { $time }.
   *[other] Se te reserva { $minutes } minutos para pagar; ahora sería hasta las { $time }.
}
resale-nothing-charged = Todavía no se cobra nada. Si no pagas, vuelve al mercado.
resale-sign-in = Antes se te pedirá que inicies sesión.
resale-own-text = Esta entrada la ofreces tú. Así la ven los demás.
resale-sold-text = La ha comprado otro aficionado.
resale-withdrawn-text = El vendedor la ha retirado.
resale-others = Otras ofertas de este partido
resale-not-ordered = No se ha reservado
resale-refused-own = Es tu propia oferta; no puedes comprarla.
resale-refused-limit = { $most ->
    [one] Tienes { $has } oferta reservada sin pagar, y no puedes tener más de una a la vez. Págala o suéltala antes.
   *[other] Tienes { $has } ofertas reservadas sin pagar, y no puedes tener más de { $most } a la vez. Paga o suelta una antes.
}
resale-to-orders = Mis entradas y pedidos
resale-refused-again = Otro aficionado fue más rápido, pero la ha soltado. Ya puedes reservarla.
resale-refused-changed = El vendedor la cambió mientras mirabas. Ahora cuesta { $price }; no se ha reservado nada.
resale-refused-over = Las ofertas de este partido han terminado.
resale-refused-locked = Otro aficionado fue más rápido. Si no paga, vuelve.
resale-refused-sold = Otro aficionado la compró mientras mirabas.
resale-refused-withdrawn = El vendedor la retiró mientras mirabas.

# Ofrecer una entrada.
sell-page-title = Ofrecer una entrada
sell-choose = ¿Qué entrada ofreces?
sell-choose-text = Estas son tus entradas válidas. Mientras una está en oferta no abre ninguna puerta.
sell-to-sales = Mis ofertas y pagos
sell-none = No tienes ninguna entrada que ofrecer
sell-none-text = Una entrada puede ofrecerse desde que está pagada hasta que se usa, se vende o se devuelve.
sell-more = Más entradas
sell-paid = Pagaste
sell-paid-price = pagaste { $price }
sell-seat = Entrada { $n }
sell-this = Ofrecer esta
sell-frozen = retenida
sell-frozen-text = Nuestro equipo retiene esta entrada por ahora. Escríbenos antes de ofrecerla.
sell-others = Mis otras entradas
sell-heading = Ofrece tu entrada
sell-title = Título
sell-title-hint = Lo primero que leen los demás, como «Detrás de la portería, fila 4».
sell-title-missing = Escribe un título, como «Detrás de la portería, fila 4».
sell-title-long = Escribe un título de 1 a { $most } letras en una sola línea.
sell-description = Detalles
sell-description-hint = Si quieres: dónde está el asiento, por qué vendes. Hasta { $most } letras.
sell-description-long = Acorta los detalles a { $most } letras.
sell-price = Precio en { $currency }
sell-price-hint = Lo que paga el comprador, como { $example }.
sell-price-bounds = Lo que paga el comprador: de { $least } a { $most } en esta categoría.
sell-price-missing = Escribe un precio, como { $example }.
sell-price-wrong = Escribe el precio como un importe, por ejemplo { $example }.
sell-price-precise = Escribe el precio con dos decimales como máximo, por ejemplo { $example }.
sell-price-zero = El precio tiene que ser mayor que cero.
sell-price-refused = Este precio está fuera de lo que el sitio permite en esta categoría. Quédate cerca de lo que costó la entrada al principio.
sell-price-bounds-wrong = El precio tiene que estar entre { $least } y { $most } en esta categoría.
sell-review = Ver comisión y pago
sell-review-text = Todavía no se ofrece nada.
sell-check = Revisa tu oferta
sell-buyer-pays = El comprador paga
sell-fee = El sitio se queda el { $percent } %
sell-payout = Recibes
sell-act-for = Ofrecerla por { $price } · recibes { $payout }
sell-edit = Cambiar algo
sell-what-happens = Qué pasa después
sell-code-dies = Desde ese momento el código de tu entrada no abre ninguna puerta, ni en pantalla ni en papel.
sell-can-withdraw = Puedes retirarla mientras nadie la haya comprado. Entonces recibes un código nuevo.
sell-can-withdraw-outside = Puedes retirar la oferta mientras nadie la haya comprado.
sell-paid-out = Cuando se venda, se te paga el precio menos la comisión.
sell-conflict = Así como está, la entrada no puede ofrecerse: quizá ya se ofrece, su partido ha empezado o tienes tantas ofertas como se permite.
sell-choose-one = Elige
sell-match-missing = Elige el partido de la entrada.
sell-category-missing = Elige la categoría de la entrada.
sell-outside-link = Ofrecer una entrada emitida fuera de este sitio
sell-outside-heading = Ofrece una entrada de otro sitio
sell-outside-text = Se la entregas tú al comprador. Di en los detalles qué es y cómo la recibirá.
sell-outside-closed = Este sitio solo revende sus propias entradas.
sell-not = Esta entrada no puede ofrecerse
sell-not-listed = Ya la ofreces.
sell-not-sold = La vendiste a otro aficionado.
sell-not-used = Alguien ha entrado con ella.
sell-not-refunded = La devolviste.

# Las ofertas propias.
sales-title = Mis ofertas
sales-heading = Mis ofertas
sales-all = Mis ofertas
sales-offer-more = Ofrecer una entrada
sales-offer-first = Elegir una entrada
sales-none = Todavía no has ofrecido nada
sales-none-text = Si no puedes ir, quizá otro aficionado sí: elige una de tus entradas y ponle precio.
sales-live = En el mercado
sales-live-none = No tienes nada en el mercado.
sales-figures = Precio { $price } · comisión { $fee } · recibes { $payout }
sales-locked = Un aficionado la está comprando.
sales-locked-until = Un aficionado la está comprando, hasta las { $time } como máximo.
sales-is-withdrawing = La retiras: sale del mercado en cuanto falle el pago en curso.
sales-change = Cambiar
sales-withdraw = Retirar
sales-earlier = Vendidas y retiradas
sales-earlier-more = Ofertas anteriores
sales-payouts = Pagos a ti
sales-payouts-none = Cuando se venda algo, aquí verás lo que recibes.
sales-payouts-more = Pagos anteriores
sales-total-due = En camino
sales-total-paid = Pagado
sales-nothing = Nada
sales-of = { $n ->
    [one] de { $n } venta
   *[other] de { $n } ventas
}
sales-of-newest = { $n ->
    [one] de tu venta más reciente
   *[other] de tus { $n } ventas más recientes
}
sales-ticket = Entrada
sales-price = Precio
sales-fee = Comisión
sales-payout = Recibes
sales-status = Estado
sales-paid = pagado
sales-due = en camino
sales-offered = Está en el mercado:
sales-changed = Cambiada:
sales-withdrawn = Vuelve a ser solo tuya, con un código nuevo:
sales-withdrawing = Sale del mercado en cuanto falle el pago en curso:
sales-to-tickets = Ver mis entradas
sales-change-heading = Cambia tu oferta
sales-price-hint = Lo que paga el comprador. La comisión depende de ello.
sales-save = Guardar los cambios
sales-as-seen = Como la ven los demás
sales-fixed = Un aficionado la está comprando: ahora no puede cambiarse.
sales-fixed-until = Un aficionado la está comprando, hasta las { $time } como máximo. Mientras tanto no puede cambiarse.
sales-fixed-sold = Está vendida.
sales-fixed-withdrawn = La has retirado.
sales-not-changed = No se ha cambiado
sales-newest = Mientras tanto la oferta se cambió en otro lugar. El formulario muestra cómo está ahora; esto es lo que habías escrito:
withdraw-heading = ¿Retirar esta oferta?
withdraw-over = Esta oferta
withdraw-text = Sale del mercado enseguida y tu entrada vuelve a ser válida con un código nuevo. Las impresas con el código anterior siguen sin valer.
withdraw-text-outside = Sale del mercado enseguida.
withdraw-text-locked = Un aficionado la ha pedido. Si no ha empezado a pagar, su pedido termina y la entrada vuelve a ser tuya. Si está pagando, solo sale del mercado si ese pago falla.
withdraw-act = Retirarla
withdraw-keep = Dejarla en el mercado
withdraw-not = No se ha retirado
withdraw-changed = La oferta ha cambiado mientras tanto. Así está ahora.

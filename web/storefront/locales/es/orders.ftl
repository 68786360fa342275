# Words of the pages of orders.
# An order, by where it stands: its heading, what that means, and the same in two words.
order-held-heading = Reservado para ti
order-held-lead = Paga a tiempo y { $fixture } es tuyo. Aún no se cobra nada.
order-held-tag = por pagar
order-run-out-heading = Se acabó el tiempo para pagar
order-run-out-lead = Las entradas vuelven a la venta. No se ha cobrado nada.
order-run-out-tag = tiempo agotado
order-waiting-heading = Falta un paso para pagar
order-waiting-lead = Las entradas siguen reservadas mientras tu pago te espera. Aún no se ha cobrado nada.
order-waiting-tag = te espera
order-paying-heading = Tu pago está en camino
order-paying-lead = Las entradas siguen reservadas mientras tanto. No pagues otra vez.
order-paying-tag = pagándose
order-settling-heading = Pagado, casi listo
order-settling-lead = Las entradas son tuyas. Sus códigos aparecerán aquí en un momento.
order-settling-tag = pagado
order-paid-heading = { $n ->
    [one] Tu entrada
   *[other] Tus entradas
}
order-paid-lead = Muestra el código en la puerta. Deja pasar a una persona, una sola vez.
order-paid-without-lead = Está pagado. Junto a cada entrada se dice por qué no hay código.
order-paid-tag = pagado
order-ended-user-heading = Has soltado esta reserva
order-ended-user-lead = Las entradas han vuelto a la venta. No se ha cobrado nada.
order-ended-user-tag = cancelado por ti
order-ended-expired-heading = Se acabó el tiempo para pagar
order-ended-expired-lead = Las entradas han vuelto a la venta. No se ha cobrado nada. Si quedan, puedes reservarlas otra vez.
order-ended-expired-tag = no se pagó a tiempo
order-ended-payment-failed-heading = El pago no se completó
order-ended-payment-failed-lead = Las entradas han vuelto a la venta. No pagas nada: lo que tu banco haya retenido quedará libre en unos días.
order-ended-payment-failed-tag = pago fallido
order-ended-oversold-heading = Estas entradas se vendieron en otro sitio
order-ended-oversold-lead = Otra tienda vendió las últimas un momento antes. No pagas nada: si se cobró algo, ya está de vuelta.
order-ended-oversold-tag = vendido en otro sitio
order-ended-refunded-heading = Devuelto
order-ended-refunded-lead = Estas entradas ya no abren ninguna puerta. Abajo se ve por dónde va el dinero.
order-ended-refunded-tag = reembolsado
order-ended-withdrawn-heading = El vendedor ha retirado la oferta
order-ended-withdrawn-lead = No pagas nada. Puede que otros aficionados ofrezcan entradas para el mismo partido.
order-ended-withdrawn-tag = oferta retirada
order-ended-other-heading = Este pedido ha terminado
order-ended-other-lead = Ya no se puede pagar.
order-ended-other-tag = terminado
order-what = { $n } × { $category }
order-reference = Pedido
order-again = Elegir entradas otra vez
order-other-offers = Ver otras ofertas
order-changed = Este pedido ha cambiado.
order-show-now = Ver cómo está ahora
order-signed-out = Tu sesión se ha cerrado.
order-sign-in = Iniciar sesión

# A hold, and how it is paid.
held-stub = Lo que tienes reservado
held-until = hasta las
held-from-fan = La vende otro aficionado. La comisión del sitio está incluida en el precio.
time-left = Tiempo para pagar
time-short = Quedan menos de dos minutos.
time-over = Se acabó el tiempo para pagar
time-over-text = Se acabó el tiempo. Las entradas vuelven a la venta.
minutes-left = { $n ->
    [one] Queda { $n } minuto para pagar
   *[other] Quedan { $n } minutos para pagar
}
more-time = { $minutes ->
    [one] Necesito { $minutes } minuto más
   *[other] Necesito { $minutes } minutos más
}
sum-caption = Lo que cuesta
sum-to-pay = Total a pagar
pay-heading = Pagar con tarjeta
pay-sandbox = Este sitio acepta dinero de prueba: no se cobra nada.
pay-sandbox-cards = Cada tarjeta representa algo que puede ocurrir.
pay-stripe = Los datos de tu tarjeta van a Stripe, nuestro proveedor de pagos, y nunca pasan por este sitio.
pay-closed = Ahora mismo no se puede pagar aquí. Escríbenos; tus entradas siguen reservadas hasta que acabe su tiempo.
pay-act = Pagar { $price }
pay-other-card = Elegir otra tarjeta
pay-unreachable = No se puede cargar el formulario de la tarjeta. Comprueba tu conexión y recarga la página; las entradas siguen reservadas hasta que acabe su tiempo.
pay-needs-script = El formulario de la tarjeta necesita JavaScript. Actívalo para esta página, o ábrela en otro navegador donde hayas iniciado sesión.
pay-sent-before-title = Este formulario ya se envió
pay-sent-before-text = Se envió con otra tarjeta. Elige una tarjeta y paga otra vez.
pay-conflict-title = Ha cambiado entretanto
pay-conflict-text = Así está el pedido ahora.
card-pays = paga al momento
card-asks = pide el consentimiento de tu banco
card-declined = es rechazada
card-declined-funds = es rechazada: saldo insuficiente
card-declined-expired = es rechazada: caducada
card-missing-title = No has elegido tarjeta
card-missing-text = Elige una tarjeta y paga.
declined-title = La tarjeta fue rechazada
declined-nothing-taken = No se ha cobrado nada, y las entradas siguen reservadas para ti.
declined-funds = No hay saldo suficiente en esta tarjeta. Usa otra.
declined-expired = La tarjeta ha caducado o su fecha no es correcta. Revisa la fecha o usa otra tarjeta.
declined-details = El número, el código de seguridad o la dirección de la tarjeta no coinciden. Revísalos o usa otra tarjeta.
declined-consent = Tu banco no recibió tu consentimiento. Inténtalo otra vez y confirma en la aplicación de tu banco, o usa otra tarjeta.
declined-pin = Tu banco pide un PIN que no se puede introducir aquí. Usa otra tarjeta.
declined-again = No se pudo contactar con el banco. Prueba la misma tarjeta dentro de un momento.
declined-limit = Este pago supera lo que la tarjeta puede gastar. Pregunta a tu banco o usa otra tarjeta.
declined-kind = Esta tarjeta no sirve para compras como esta. Usa otra tarjeta.
declined-duplicate = Tu banco creyó que era un pago repetido. Espera un momento, mira tus pedidos e inténtalo otra vez.
declined-bank = Tu banco rechazó la tarjeta y no nos dice por qué. Pregunta a tu banco o usa otra tarjeta.
declined-too-often-title = Esta reserva ya no acepta más tarjetas
declined-too-often-text = Se rechazaron demasiadas tarjetas. Suelta esta reserva y haz una nueva.
bank-waiting-title = Tu banco pide tu consentimiento
bank-waiting-text = Confirma el pago con tu banco. Las entradas siguen reservadas mientras tanto.
bank-waiting-act = Ir al banco
bank-open-title = Tu pago está abierto
bank-open-text = Introduce tu tarjeta, o confirma con tu banco si lo pide. Las entradas siguen reservadas mientras tanto.
bank-open-act = Continuar con el pago
bank-declined-title = Puedes pagar con otra tarjeta
bank-declined-text = El pago sigue abierto. Usa otra tarjeta para él.
bank-declined-act = Usar otra tarjeta
bank-back-title = Esperamos la respuesta de tu banco
bank-back-text = Suele tardar unos segundos, y esta página la muestra por sí sola. Si nada cambia, comprueba el pago.
bank-back-act = Comprobar el pago
bank-title = ¿Haces tú este pago?
bank-other-title = Pagar con otra tarjeta
bank-text = Un banco de verdad te preguntaría ahora, en su aplicación o con un código. Esto lo sustituye.
bank-consent = Sí, pagar
bank-refuse = No, no he sido yo
bank-back = Volver al pedido
paying = Pagando…
paying-title = Esperamos la respuesta del banco
paying-text = Esta página la muestra por sí sola. Puedes salir: el pedido queda en tus entradas.
cancel-act = Soltar las entradas

# The life of an order.
steps = Pasos hasta tus entradas
step-held = Reservado
step-pay = Pagar
step-paid = Pagado
step-tickets = Entradas
life = Qué ha pasado
life-until = hasta el
life-held = Reservado
life-payment = Pago iniciado:
life-paid = Pagado:
life-payment-cancelled = Pago terminado, no se cobró nada
life-declined = Tarjeta rechazada
life-issued = Entradas emitidas
life-used = Entrada en la puerta
life-refund = Devuelto:
life-refunded = Dinero reembolsado:
receipt = Recibo
receipt-date = Fecha
receipt-buyer = Comprador
receipt-seller = Vendedor
receipt-each = cada una
receipt-back = Reembolsado
receipt-paid = Pagado en total
refunds = Dinero de vuelta
refund-processing = en camino
refund-processing-text = Va a la tarjeta que pagó. Con algunos bancos tarda días.
refund-done = reembolsado
refund-done-text = Se devolvió a la tarjeta que pagó. El banco lo muestra a su ritmo.
refund-refused = en revisión
refund-refused-text = La tarjeta no aceptó el dinero de vuelta. Nuestro personal se ocupa; no tienes que hacer nada.
refund-reason = Motivo:

# Tickets.
tickets-soon = Tus entradas se están emitiendo. Esta página las muestra por sí sola.
tickets-outside = Esta entrada se emitió en otro sitio: el vendedor te la entrega por su cuenta.
ticket-of = Entrada { $n } de { $all }
ticket-code = Código de { $ticket }, para la puerta
ticket-valid = válida
ticket-frozen = bloqueada
ticket-frozen-text = Por ahora nuestro personal no deja pasar con esta entrada, como cuando hay un pago en disputa. Escríbenos si no sabes por qué.
ticket-listed = en oferta
ticket-listed-text = La ofreces a otros aficionados, así que no abre ninguna puerta. Retira la oferta y tendrás un código nuevo.
ticket-offers = Mis ofertas
ticket-used = usada
ticket-used-text = Alguien entró con esta entrada. No deja pasar a nadie más.
ticket-refunded = reembolsada
ticket-refunded-text = Esta entrada se devolvió. Ya no abre ninguna puerta.
ticket-transferred = vendida
ticket-transferred-text = Otro aficionado compró esta entrada y tiene su propio código.
ticket-valid-text = El código no se puede mostrar ahora mismo. Recarga la página.
ticket-category = Categoría
ticket-holder = Nombre
ticket-price = Precio
ticket-used-at = Usada
ticket-full = Pantalla completa
ticket-full-of = { $ticket }: código en pantalla completa
ticket-close = Cerrar
ticket-pdf = PDF
ticket-pdf-of = { $ticket } en PDF
ticket-sell = Vender
ticket-sell-of = Vender { $ticket } a otro aficionado
calendar-add = Añadir al calendario
print = Imprimir
match-page = El partido

# Giving tickets back.
refund-begin = Devolver
refund-which = ¿Qué entradas devuelves?
refund-none-chosen = Elige al menos una entrada.
refund-go-on = Continuar
refund-heading = { $n ->
    [one] ¿Devolver { $n } entrada?
   *[other] ¿Devolver { $n } entradas?
}
refund-sum = Te vuelve
refund-once = Desde ese momento las entradas no abren ninguna puerta y vuelven a la venta. No se puede deshacer.
refund-days = El dinero va a la tarjeta que pagó. Con algunos bancos tarda días.
refund-until = Las entradas se pueden devolver hasta el
refund-why = Motivo (opcional)
refund-why-hint = Nuestro personal lo ve junto al reembolso.
refund-act = { $n ->
    [one] Devolver { $n } entrada · te vuelven { $price }
   *[other] Devolver { $n } entradas · te vuelven { $price }
}
refund-keep = Quedarme con las entradas
refund-not-title = Estas entradas no se pueden devolver ahora
refund-not-text = Alguna se usó, se vendió, está en oferta o bloqueada, o el pedido ha cambiado entretanto.
refund-until-was = Las entradas de este partido se podían devolver hasta el

# All orders.
orders-heading = Mis entradas
orders-lead = Reservas, entradas y pedidos, lo más nuevo primero.
orders-waiting = { $n ->
    [one] Te espera
   *[other] Te esperan
}
orders-others = Entradas y pedidos anteriores
orders-empty = Aún no tienes entradas
orders-empty-text = Lo que reserves y compres se guarda aquí, desde el primer minuto hasta el día del partido.
orders-find = Buscar un partido
orders-end = No hay nada más antiguo.
orders-pay = Pagar
orders-pay-of = Pagar { $fixture }
orders-go-on = Continuar
orders-go-on-of = Continuar con el pago de { $fixture }
orders-from-fan = de otro aficionado
orders-pages = Más pedidos
orders-newest = Los más nuevos
orders-older = Más antiguos

# On the page of a match, where nothing could be held.
only-some-title = Ahora mismo no quedan tantas
only-some = { $n ->
    [one] Ahora mismo solo se puede reservar { $n } entrada. Elige menos o espera: puede que vuelvan algunas.
   *[other] Ahora mismo solo se pueden reservar { $n } entradas. Elige menos o espera: puede que vuelvan algunas.
}
limit-reached = Tienes { $has } de un máximo de { $limit } entradas para este partido, reservadas o compradas.
limit-orders = Ver mis entradas

# La ayuda y lo que el sitio dice de sí mismo.
help-title = Ayuda
help-description = Cómo funcionan aquí la reserva, el pago, las entradas, la reventa y las devoluciones, y qué hacemos por la accesibilidad y la privacidad.
help-contents = En esta página

help-minutes = { $n ->
    [one] { $n } minuto
   *[other] { $n } minutos
}

help-holds = Reservar entradas
help-holds-1 = Cuando eliges entradas, las reservamos para ti durante { $minutes }. El reloj de la página cuenta con nuestra hora, así que va bien en cualquier dispositivo, también después de que el tuyo haya estado en reposo.
help-holds-2 = Reservar no cuesta nada. Si no pagas a tiempo, las entradas vuelven solas a la venta y otras personas pueden comprarlas.
help-holds-3 = «En reserva» quiere decir que otras personas están pagando lo que queda: una parte puede volver en { $minutes }. «Agotado» quiere decir que no vuelve nada, salvo que alguien devuelva las suyas o las ofrezca a otros aficionados.
help-holds-4 = Un doble clic, «atrás» o una segunda pestaña no hacen daño: un formulario enviado dos veces se cumple una.
help-holds-more = { $n ->
    [one] Si necesitas más tiempo, pídelo antes de que acabe el reloj: una vez, y no mientras otras personas esperan las últimas entradas.
   *[other] Si necesitas más tiempo, pídelo antes de que acabe el reloj: hasta { $n } veces, y no mientras otras personas esperan las últimas entradas.
}

help-paying = Pagar
help-paying-1 = El precio del botón es el precio: incluye todos los gastos.
help-paying-2 = El cargo se hace cuando las entradas son tuyas, no antes. Si rechazan una tarjeta, no se cobra nada y puedes probar con otra mientras dure la reserva.
help-paying-3 = Si tu banco te pide confirmar, hazlo y vuelve. Si entretanto se cerró la página, «Mis entradas» dice qué ha sido del pago.

help-tickets = Tus entradas
help-tickets-1 = Cada entrada tiene un código que abre la puerta una vez. Muéstralo en el móvil o imprímelo. No lo enseñes antes: entra quien llega primero.
help-tickets-2 = La página de un pedido tiene tus entradas para mostrar, para imprimir, en PDF y como cita para tu calendario.
help-tickets-3 = Las horas son las del estadio; si la tuya es otra, aparece al lado.
help-tickets-most = { $n ->
    [one] Cada persona puede reservar o tener { $n } entrada de un partido, para que alcancen a más gente.
   *[other] Cada persona puede reservar o tener como máximo { $n } entradas de un partido, para que alcancen a más gente.
}

help-resale = Vender a otros aficionados
help-resale-1 = Una entrada que no puedes usar se puede ofrecer a otros aficionados, dentro de los límites de precio que indica la página. Antes de ofrecerla, ves la comisión y lo que recibes.
help-resale-fee = Del precio de venta se retiene un { $percent } % como comisión.
help-resale-2 = Mientras está en oferta, su código no abre ninguna puerta. Puedes cambiar el precio o retirar la oferta mientras nadie la esté comprando.
help-resale-3 = Quien compra recibe una entrada nueva con un código nuevo. La tuya deja de valer y se te envía el dinero.
help-resale-4 = Compra a otros aficionados aquí y en ningún otro sitio: solo así es seguro que la entrada abre la puerta.

help-refunds = Devoluciones
help-refunds-until = { $hours ->
    [0] Puedes devolver las entradas en la página de su pedido hasta que empiece el partido.
    [one] Puedes devolver las entradas en la página de su pedido hasta { $hours } hora antes del partido.
   *[other] Puedes devolver las entradas en la página de su pedido hasta { $hours } horas antes del partido.
}
help-refunds-any = Puedes devolver las entradas en la página de su pedido mientras no se hayan usado.
help-refunds-none = Aquí no puedes devolver las entradas por tu cuenta. Si no puedes ir, escríbenos.
help-refunds-1 = El dinero que se devuelve va a la tarjeta con la que se pagó; los bancos tardan unos días.
help-refunds-2 = Si un partido se suspende o se cambia de fecha, te avisamos por correo.

help-account = Tu cuenta
help-account-1 = Tus entradas están en tu cuenta, en cada dispositivo en el que inicies sesión. Un gestor de contraseñas puede rellenarlo todo aquí.
help-account-2 = Enviamos un código para confirmar tu correo, para que ninguna entrada vaya a una dirección mal escrita.
help-account-3 = Si olvidaste la contraseña, te enviamos un código para poner otra. Tras varias contraseñas equivocadas, el siguiente intento tiene que esperar un poco: así nadie adivina la tuya.

help-checks = Comprobaciones y límites
help-checks-1 = Para que las entradas lleguen a personas y no a programas, a veces tu navegador tiene que resolver una pequeña tarea antes de iniciar sesión, reservar o pagar. Lo hace solo, en unos segundos, con JavaScript.
help-checks-2 = Sin JavaScript, lo demás funciona. Si se pide la comprobación, espera unos minutos, inicia sesión o usa otra red.
help-checks-3 = Demasiadas peticiones de una cuenta o de una red reciben respuesta más despacio. Lo que tienes reservado sigue siendo tuyo hasta que acabe su tiempo.

help-accessibility = Accesibilidad
help-accessibility-1 = Estas páginas están hechas para cumplir las WCAG 2.2, nivel AA. Funcionan con teclado, con lector de pantalla, con letra grande, en modo oscuro y sin movimiento, y casi todas sin JavaScript.
help-accessibility-2 = Los cambios de lo que queda se dicen con palabras, y no más a menudo de lo soportable. Cuando el tiempo apremia, un aviso llega antes del final.
help-accessibility-3 = Si algo te lo pone difícil, escríbenos: lo arreglamos y entretanto te ayudamos a conseguir tu entrada.

help-privacy = Privacidad y cookies
help-privacy-1 = Guardamos lo necesario para tus entradas: tu correo, tu nombre y tu país si los indicaste, tus pedidos y lo que fue de ellos. Ninguna de nuestras páginas cuenta a otras empresas que has estado aquí: no hay publicidad, ni medición de visitas, ni archivos de otros servidores. El formulario de la tarjeta es de la empresa que cobra, y una comprobación puede ser de la empresa que la hace; en ese caso, la página admite ese servidor y ningún otro.
help-privacy-2 = El sitio solo usa cookies imprescindibles, por eso no pide consentimiento. Ningún script puede leerlas.
help-privacy-3 = La dirección de tu red se usa contra el abuso, por ejemplo contra demasiados intentos, y se guarda solo el tiempo necesario.
help-cookies = Todas las cookies de este sitio
help-cookie-life = Dura:
help-cookie-access = muestra que has iniciado sesión
help-cookie-access-life = un cuarto de hora
help-cookie-refresh = mantiene abierta tu sesión
help-cookie-refresh-life = 30 días desde tu última visita, o hasta que cierres la sesión
help-cookie-captcha = muestra que se superó una comprobación
help-cookie-captcha-life = media hora
help-cookie-sign-in = termina un inicio de sesión en un proveedor de identidad
help-cookie-sign-in-life = diez minutos
help-cookie-payment = termina un pago sobre el que pregunta tu banco
help-cookie-payment-life = una hora
look-again = Mirar otra vez

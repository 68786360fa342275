# Correos a los aficionados.
mail-hello = Hola, { $name }:
mail-hello-unnamed = Hola:
mail-kick-off = { $day }, { $clock }
mail-what = { $category }, { $tickets }, { $amount }
mail-what-alone = { $category }, { $amount }
mail-enter-code = Introduce este código donde { $site } te lo pida:
mail-open-site = Abrir el sitio
mail-open-order = Abrir mi pedido
mail-support = ¿Preguntas? Escríbenos:

verify-email-subject = Confirma tu correo para { $site }
verify-email-text = Se ha abierto una cuenta en { $site } con este correo. Si has sido tú, confírmalo.
verify-email-link = Confirmar mi correo
verify-email-note = Funciona una sola vez, durante 24 horas. Si no has abierto ninguna cuenta, no hagas nada.

reset-password-subject = Restablece tu contraseña de { $site }
reset-password-text = Se ha pedido una contraseña nueva para tu cuenta en { $site }. Si has sido tú, sigue aquí.
reset-password-link = Elegir una contraseña nueva
reset-password-note = Funciona una sola vez, durante una hora. Si no has sido tú, no hagas nada: tu contraseña sigue igual.

password-changed-subject = Se ha cambiado tu contraseña de { $site }
password-changed-text = La contraseña de tu cuenta en { $site } ({ $email }) se acaba de cambiar, y se ha cerrado la sesión en los demás dispositivos.
password-changed-warning = Si no has sido tú, restablece tu contraseña enseguida: otra persona puede estar leyendo tu cuenta.
password-changed-link = Restablecer mi contraseña

account-deleted-subject = Tu cuenta en { $site } se ha eliminado
account-deleted-text = Se ha eliminado tu cuenta en { $site } y, con ella, tu correo, tu nombre y tu contraseña.
account-deleted-kept = Lo que la ley nos obliga a conservar sobre tus compras se queda sin tu nombre ni tu correo. Puedes abrir una cuenta nueva con este correo cuando quieras.
account-deleted-note = Este es el último correo sobre esta cuenta. Si no la has eliminado tú, escríbenos: otra persona conocía tu contraseña.

hold-placed-subject = Tuyas hasta el { $until }: { $fixture }
hold-placed-text = { $n ->
    [one] Esta entrada está reservada para ti en { $site }:
   *[other] Estas entradas están reservadas para ti en { $site }:
}
hold-placed-until = Paga antes del { $until }; después vuelven a la venta.
hold-placed-link = Pagar ahora
hold-placed-note = ¿Ya no las quieres? Cancélalas en la misma página para que otros aficionados puedan comprarlas.

hold-expired-subject = No pagadas a tiempo: { $fixture }
hold-expired-text = { $n ->
    [one] Esta entrada estuvo reservada para ti en { $site } hasta el { $until }. No se pagó a tiempo y vuelve a estar a la venta:
   *[other] Estas entradas estuvieron reservadas para ti en { $site } hasta el { $until }. No se pagaron a tiempo y vuelven a estar a la venta:
}
hold-expired-again = No se te ha cobrado nada. Si todavía quieres venir, inténtalo de nuevo mientras queden.
hold-expired-link = Ver qué queda

paid-subject = { $n ->
    [one] Tu entrada: { $fixture }
   *[other] Tus entradas: { $fixture }
}
paid-text = { $n ->
    [one] Gracias, tu pago está completo. Tu entrada va adjunta en un PDF:
   *[other] Gracias, tu pago está completo. Tus { $n } entradas van adjuntas en un PDF, una en cada página:
}
paid-gate = Imprímela o muéstrala en el teléfono. Cada código abre la puerta una vez, a la primera persona que lo enseña: no lo compartas hasta entonces.

paid-unconfirmed-subject = Pagado: { $fixture }
paid-unconfirmed-text = Gracias, tu pago está completo:
paid-unconfirmed-sign-in = { $n ->
    [one] Inicia sesión en { $site } para mostrar o descargar la entrada.
   *[other] Inicia sesión en { $site } para mostrar o descargar las entradas.
}
paid-unconfirmed-note = Las entradas solo se adjuntan a los correos cuando has confirmado tu dirección, porque el código de una entrada deja pasar a quien lo tenga.

bought-subject = Has comprado: { $fixture }
bought-text = Gracias, tu pago está completo. Esta entrada la emitió otro vendedor, y el aficionado que la ha vendido te la entrega:
bought-note = { $site } no tiene ningún código para esta entrada.

listing-sold-subject = Vendida: { $fixture }
listing-sold-text = La entrada que ofrecías en { $site } está vendida y pagada:
listing-sold-gate = Su código ya no abre ninguna puerta. Si se emitió en otro sitio, entrégasela a su comprador.
listing-sold-payout = Su precio, menos la comisión, está en camino. Tus pagos muestran por dónde va.
listing-sold-link = Ver mis pagos

refunded-subject = Reembolso: { $fixture }
refunded-all = { $n ->
    [one] Se ha devuelto tu entrada:
   *[other] Se han devuelto tus { $n } entradas:
}
refunded-some = { $returned ->
    [one] Se ha devuelto { $returned } de tus { $n } entradas:
   *[other] Se han devuelto { $returned } de tus { $n } entradas:
}
refunded-money = { $amount } de los { $total } que pagaste en { $site } vuelven a tu tarjeta. Tu banco puede tardar unos días en mostrarlo.
refunded-gate = Una entrada devuelta no abre ninguna puerta.
refunded-gate-others = Una entrada devuelta no abre ninguna puerta. Tus otras entradas siguen como están.

ticket-offered-subject = Una entrada para ti: { $fixture }
ticket-offered-text = { $giver } te regala una entrada de { $site }. No te cuesta nada:
ticket-offered-text-unnamed = Un aficionado te regala una entrada de { $site }. No te cuesta nada:
ticket-offered-link = Aceptar la entrada
ticket-offered-until = Puedes aceptarla hasta el { $until }, con cualquier cuenta de { $site }.
ticket-offered-note = Funciona una sola vez, y quien lo tenga puede quedarse con la entrada: no compartas este correo. Si no quieres la entrada, no hagas nada.

ticket-accepted-subject = Aceptada: { $fixture }
ticket-accepted-text = Se ha aceptado la entrada que regalaste a { $to }:
ticket-accepted-gate = Ahora es suya, y el código que tenías ya no abre ninguna puerta.
ticket-accepted-link = Ver mis entradas
ticket-accepted-note = Si no la has regalado tú, escríbenos enseguida y cambia tu contraseña.

# Words of the pages on which a ticket is given to a friend, or accepted.
ticket-give = Regalar a un amigo
ticket-give-of = Regalar a un amigo: { $ticket }
ticket-given = regalada
ticket-given-text = Regalaste esta entrada a { $to }. Ahora es suya, con su propio código.
give-pending = Ofreces esta entrada a { $to }. Sigue siendo tuya, con este código, hasta que la acepte.
give-pending-until = Se puede aceptar hasta el
give-take-back = Recuperarla
give-take-back-of = Recuperarla: { $ticket }
give-heading = Regala esta entrada a un amigo
give-email = Correo de tu amigo
give-email-hint = Le enviamos un enlace. Acepta la entrada con cualquier cuenta de este sitio.
give-wrong-email = Escribe el correo de tu amigo, como nombre@example.com, y no el tuyo.
give-rule-until = { $hours ->
    [one] Hasta que la acepte, en { $hours } hora, sigue siendo tuya y puedes recuperarla.
   *[other] Hasta que la acepte, en { $hours } horas, sigue siendo tuya y puedes recuperarla.
}
give-rule-after = Después es suya, y el código que tienes ya no abre ninguna puerta. No se puede deshacer.
give-rule-money = Nadie paga por ella. Venderla, devolverla o entrar con ella pone fin a la oferta.
give-act = Ofrecer la entrada
give-keep = Quedarme con la entrada
give-look = Ver la entrada
give-not-title = Esta entrada no se puede regalar ahora
give-not-offered = Ya se ofrece a { $to }. Recupérala primero.
give-not-closed = La venta de su partido ha terminado y, con ella, el plazo para regalar entradas.
give-not-again = Ha cambiado de manos tantas veces como puede una entrada.

accept-heading = Una entrada para ti
accept-lead = Otro aficionado te la regala. No te cuesta nada.
accept-until = Se puede aceptar hasta el
accept-as = Va a la cuenta de { $email }.
accept-act = Aceptar la entrada
accept-sign-in = Para tenerla, abre una cuenta o inicia sesión. Sirve cualquier correo.
accept-not-title = No puedes tener esta entrada
accept-own = La regalas tú. El enlace es para la persona que debe tenerla.
accept-limit = Te han regalado { $has } de un máximo de { $limit } entradas de este partido.
accept-closed = La venta de su partido ha terminado y, con ella, el plazo para aceptar entradas.
accept-over-title = Esta entrada ya no se ofrece
accept-over-accepted = Se aceptó. Si fuiste tú, está entre tus entradas.
accept-over-cancelled = El aficionado que la ofrecía la recuperó.
accept-over-lapsed = Su plazo ha terminado, o antes se usó, se vendió o se devolvió.
accept-code-hint = Está en el correo que te ofrece la entrada y sirve una vez.
accept-wrong-code = Este código no se conoce. Cópialo otra vez del correo.
accept-look = Ver la entrada

received-lead = Te la regaló otro aficionado. Muestra el código en la puerta: deja pasar a una persona, una vez.
received-without-lead = Te la regaló otro aficionado. Junto a la entrada dice por qué no se muestra ningún código.
orders-received = Regaladas a ti
orders-code = ¿Recibiste por correo un código para una entrada?
orders-code-enter = Escríbelo aquí

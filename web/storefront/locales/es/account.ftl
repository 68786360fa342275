# Palabras de las páginas de la cuenta.
mistake-title = Error: { $title }
email = Correo electrónico
password = Contraseña
password-new = Contraseña nueva
password-current = Contraseña actual
password-rule = De 8 a 128 caracteres, al menos 4 distintos. Ni una contraseña corriente ni tu correo. Vale una frase, y también lo que proponga un gestor de contraseñas.
name = Nombre
name-hint = Como te llamarán las entradas y los correos. Puedes dejarlo vacío.
country = País o región
country-none = Sin indicar
not-given = sin indicar
go-on = Continuar
back-to-account = Tu cuenta
back-to-sign-in = Iniciar sesión

wrong-email = Escribe una dirección de correo, como nombre@example.com.
password-short = Esta contraseña es demasiado corta. Usa al menos { $n } caracteres.
password-long = Esta contraseña es demasiado larga. Usa como máximo { $n } caracteres.
password-common = Esta contraseña se adivina con facilidad: es corriente, es tu correo o tiene muy pocos caracteres distintos. Usa otra.
wrong-currentpassword = Esa no es la contraseña de esta cuenta.
wrong-displayname = Usa un nombre más corto, con letras y sin direcciones web.
wrong-country = Elige un país de la lista.
wrong-locale = Elige un idioma de la lista.
wrong-code = Este código no se conoce, ya se usó o ha caducado. Cópialo del último correo o pide otro.
wrong-credentials = El correo o la contraseña no son correctos.
email-taken = Ya hay una cuenta con este correo. Inicia sesión o elige allí «¿Olvidaste tu contraseña?».
account-disabled = Esta cuenta está cerrada. Escríbenos si crees que no debería estarlo.
account-elsewhere = Esta cuenta la lleva un proveedor de identidad. Cambia allí la contraseña.
too-many-attempts = { $seconds ->
    [one] Demasiados intentos en poco tiempo. Prueba de nuevo dentro de { $seconds } segundo.
   *[other] Demasiados intentos en poco tiempo. Prueba de nuevo dentro de { $seconds } segundos.
}

sign-in-title = Iniciar sesión
sign-in-button = Iniciar sesión
sign-in-link = ¿Ya tienes cuenta? Inicia sesión
sign-in-with = Iniciar sesión con { $provider }
signed-in-already = Has iniciado sesión como { $email }.
forgotten-link = ¿Olvidaste tu contraseña?
reset-done = Tu contraseña ha cambiado. Inicia sesión con la nueva.

sign-up-title = Crear una cuenta
sign-up-text = En ella quedan tus entradas, en todos tus dispositivos. Solo te escribimos sobre lo que compras y vendes.
sign-up-button = Crear la cuenta
sign-up-link = ¿Es tu primera vez? Crea una cuenta

sign-out = Cerrar sesión
sign-out-title = Cerrar sesión
sign-out-text = Tus entradas y pedidos siguen en tu cuenta. Lo que tengas reservado sin pagar sigue siendo tuyo hasta que acabe su tiempo.
sign-out-everywhere = En todos mis dispositivos
sign-out-everywhere-link = Cerrar sesión en todos los dispositivos

account-title = Tu cuenta
account-nav = Lo que es tuyo
email-verified = confirmado
email-not-verified = sin confirmar
email-elsewhere = lo guarda tu proveedor de identidad
done-signed-up = Tu cuenta está abierta. Te hemos enviado un código para confirmar tu correo.
done-verified = Tu correo está confirmado.
done-sent = Te hemos enviado otro código. Llega en un minuto.
done-password = Tu contraseña ha cambiado. La sesión de tus otros dispositivos se ha cerrado.
done-profile = Tu perfil está guardado.

language = Idioma
language-hint = Para los correos. El de estas páginas se elige arriba.
profile-title = Tu perfil
profile-button = Guardar

password-title = Cambiar tu contraseña
password-text = Con ello se cierra la sesión en tus otros dispositivos. Aquí sigue abierta.
password-button = Cambiar la contraseña

forgotten-title = ¿Olvidaste tu contraseña?
forgotten-text = Escribe el correo de tu cuenta. Te enviamos un código con el que eliges otra contraseña.
forgotten-button = Enviarme un código
forgotten-sent = Si hay una cuenta con este correo, va un código de camino. Llega en un minuto.

reset-title = Elegir otra contraseña
reset-text = Con ello se cierra la sesión en todos tus dispositivos. Después inicias sesión con la contraseña nueva.
reset-code = Código del correo
reset-code-hint = Sirve una vez, durante una hora.
reset-button = Usar esta contraseña
reset-another = ¿No tienes código o ha caducado? Pide otro

verify-title = Confirmar tu correo
verify-why = Enviamos un código a { $email }. Con él sabemos que las entradas te llegan ahí.
verify-text = Escribe el código que te enviamos por correo. Con él sabemos que las entradas te llegan ahí.
verify-sign-in = Para recibir otro código, inicia sesión primero.

profile-elsewhere = Tu nombre lo guarda tu proveedor de identidad. Cámbialo allí.

personalisation-title = Recomendaciones
personalisation-on = activadas
personalisation-off = desactivadas
personalisation-text-on = Te recomendamos partidos según lo que has reservado y tu país. Para ello anotamos tus reservas con un seudónimo aleatorio y tu país, sin tu nombre ni tu correo.
personalisation-text-off = No aprendemos de tus reservas: se anotan sin nada que lleve a ti, y las recomendaciones no las usan.
personalisation-note = Si lo desactivas, tu seudónimo se elimina enseguida, y lo anotado con él se borra en unos días.
personalisation-turn-off = No usar mis reservas
personalisation-turn-on = Usar mis reservas
done-personalised = A partir de ahora, las recomendaciones usan tus reservas.
done-not-personalised = Tu seudónimo se ha eliminado. Las recomendaciones ya no usan tus reservas.

data-title = Descargar tus datos
data-text = Recibes un archivo con todo lo que hay anotado sobre ti: tu cuenta, dónde has iniciado sesión, tus pedidos, pagos, entradas, anuncios y regalos, los correos pendientes y lo que anotó nuestro servicio de seguridad. Es JSON, que se abre con navegadores y editores de texto.
data-without = No contiene contraseñas ni códigos de entradas. Guárdalo solo para ti.
data-button = Descargar el archivo

delete-title = Eliminar tu cuenta
delete-text = No se puede deshacer. La sesión se cierra enseguida en todos tus dispositivos.
delete-count = { $n }
delete-goes-title = Qué se elimina
delete-goes-account = tu correo, nombre, contraseña, país e idioma
delete-goes-sessions = tus sesiones y las redes desde las que las iniciaste
delete-goes-names = tu nombre en entradas y anuncios, y lo que escribiste en los anuncios
delete-goes-pseudonym = el seudónimo de tus reservas, enseguida, y lo anotado con él, en unos días
delete-goes-holds = lo que tengas reservado o pedido sin pagar: se cancela
delete-kept-title = Qué tenemos que conservar
delete-kept-text = La ley obliga a los vendedores a conservar registros de lo que venden. Se quedan con un número, sin tu nombre ni tu correo:
delete-kept-nothing = Nada: aquí no has comprado ni vendido nada.
delete-kept-until = hasta el { $date }
kept-reservations = reservas y pedidos
kept-payments = pagos
kept-refunds = reembolsos
kept-disputes = disputas sobre pagos
kept-tickets = entradas
kept-ticket-transfers = regalos
kept-listings = anuncios
kept-payouts = abonos
kept-other = otros registros
delete-obstacles-title = Primero resuelve esto
delete-obstacles-text = Podrás eliminar tu cuenta cuando no quede nada de esto pendiente.
obstacle-valid-tickets = Entradas de partidos que aún no se han jugado
obstacle-valid-tickets-help = Espera a que pase el partido, devuélvelas, véndelas o regálalas.
obstacle-open-listings = Entradas que tienes a la venta
obstacle-open-listings-help = Retíralas.
obstacle-ordered-listings = Entradas que te ha pedido un comprador
obstacle-ordered-listings-help = Espera a que pague, o a que acabe el plazo del pedido.
obstacle-payments-in-progress = Pagos en curso
obstacle-payments-in-progress-help = Espera a que terminen, o cancela el pedido.
obstacle-payouts-due = Dinero de entradas que has vendido
obstacle-payouts-due-help = Espera a que te lo hayamos abonado.
obstacle-refunds-under-way = Reembolsos en camino
obstacle-refunds-under-way-help = Espera a que llegue el dinero. Si tarda mucho, escríbenos.
obstacle-gifts-offered = Entradas que has ofrecido como regalo
obstacle-gifts-offered-help = Recupéralas, o espera a que las acepten.
obstacle-other = Queda algo más pendiente
obstacle-other-help = Escríbenos.
delete-data-first = Descargar antes tus datos
delete-sign-in = Para mostrar que eres tú, inicia sesión una vez más con tu proveedor de identidad. Después tienes cinco minutos.
delete-sign-in-button = Iniciar sesión una vez más
delete-confirm = Entiendo que no se puede deshacer.
delete-button = Eliminar mi cuenta para siempre
wrong-confirm = Marca la casilla para confirmar que quieres eliminar tu cuenta.
deleted-title = Tu cuenta se ha eliminado
deleted-text = Enviamos una confirmación al correo que tenía. Puedes abrir una cuenta nueva con ese correo cuando quieras.
deleted-kept = Lo que la ley nos obliga a conservar se queda sin tu nombre ni tu correo.

# Palabras de todas las páginas.
site-description = Entradas de { $site } para todos los partidos: lo que queda, en directo, y las que ya son tuyas.
skip-to-content = Ir al contenido
nav = Principal
nav-matches = Partidos
nav-resale = Reventa
nav-orders = Mis entradas
nav-account = Cuenta
nav-help = Ayuda
nav-search = Buscar
search-label = Buscar partidos y entradas
search-placeholder = Equipo, estadio o día
search-recent = Búsquedas recientes
search-forget = Quitar { $query } de las búsquedas recientes
search-forget-all = Quitar todas
languages = Idioma
prices-include-fees = Los precios incluyen todos los gastos.
back-to-matches = Todos los partidos
live = en directo
as-of = a las { $clock }
local-time = { $time } en tu hora

# Por qué algo no se hace y qué ayuda.
try-again-in = { $seconds ->
    [one] Vuelve a intentarlo en { $seconds } segundo.
   *[other] Vuelve a intentarlo en { $seconds } segundos.
}
request-id = Indica este número a nuestro equipo:
refusal-internal-title = Algo ha fallado por nuestra parte
refusal-internal-text = No se ha cobrado nada por esto. Vuelve a intentarlo en un momento; si sigue igual, escríbenos.
refusal-service-unavailable-title = Volvemos en un momento
refusal-service-unavailable-text = El sitio no puede responder ahora mismo. Lo que tienes reservado sigue siendo tuyo hasta que acabe su plazo.
refusal-not-found-title = Aquí no hay nada
refusal-not-found-text = Puede que la página haya cambiado de sitio o que pertenezca a otra cuenta.
refusal-forbidden-title = Esto no está abierto para ti
refusal-forbidden-text = Tu cuenta no puede hacer esto. Si crees que debería, escríbenos.
refusal-blocked-title = Sin respuesta
refusal-blocked-text = Aquí no se responde a tu red, o no a tantas peticiones. Paga lo que tienes reservado, espera un rato o usa otra red.
refusal-rate-limited-title = Un poco más despacio
refusal-rate-limited-text = Desde tu cuenta o tu red se ha pedido demasiado en poco tiempo. No se pierde nada: lo que tienes reservado sigue siendo tuyo hasta que acabe su plazo.
refusal-captcha-required-title = Una pequeña comprobación
refusal-captcha-required-text = Queremos que las entradas lleguen a personas. Tu navegador resuelve una pequeña tarea y después sigue por sí solo.
refusal-captcha-failed-title = La comprobación no ha salido bien
refusal-captcha-failed-text = Puede que llegara tarde. Vuelve a cargar la página para hacer otra.
refusal-reauthentication-required-title = Primero vuelve a iniciar sesión
refusal-reauthentication-required-text = Hace demasiado que iniciaste sesión con tu proveedor de identidad. Vuelve a iniciarla allí y regresa aquí.
refusal-account-not-settled-title = Todavía queda algo pendiente
refusal-account-not-settled-text = Tu cuenta aún no se puede eliminar. En la página de tu cuenta ves qué queda pendiente.
refusal-email-not-verified-title = Primero confirma tu correo
refusal-email-not-verified-text = Te hemos enviado un código. Introdúcelo en tu cuenta y vuelve aquí.
refusal-bad-user-input-title = Falta algo o hay un error
refusal-bad-user-input-text = Revisa lo que has escrito y vuelve a enviarlo.
refusal-conflict-title = Ha cambiado mientras tanto
refusal-conflict-text = Alguien o algo fue más rápido. Mira cómo está ahora.
refusal-extension-refused-title = No hay más tiempo por ahora
refusal-extension-refused-text = Ya has tenido el máximo, o hay otras personas esperando las últimas entradas. Paga antes de que acabe el reloj.
refusal-hold-expired-title = El plazo para pagar ha terminado
refusal-hold-expired-text = Las entradas han vuelto a la venta. Si quedan, puedes reservarlas otra vez.
refusal-idempotency-key-reused-title = Este formulario ya se envió
refusal-idempotency-key-reused-text = Se envió antes con otra elección. Mira tus entradas o empieza de nuevo.
refusal-payment-failed-title = El pago no se ha realizado
refusal-payment-failed-text = No se ha cobrado nada. Prueba con otra tarjeta mientras las entradas estén reservadas para ti.
refusal-purchase-limit-title = Tienes todas las que puedes tener
refusal-purchase-limit-text = Cada persona puede reservar o tener solo unas pocas entradas de un partido, para que lleguen a más gente.
refusal-sale-closed-title = La venta de este partido ha terminado
refusal-sale-closed-text = Ya no se venden entradas de este partido. Lo que tienes reservado se puede pagar hasta que acabe su tiempo.
refusal-sold-out-title = Agotado
refusal-sold-out-text = No queda nada de esto. Otros aficionados pueden ofrecer las suyas en la reventa.
refusal-temporarily-unavailable-title = Ahora mismo está todo reservado
refusal-temporarily-unavailable-text = Otras personas están pagando lo que queda. Puede que alguna vuelva en unos minutos.
refusal-csrf-prevented-title = Este formulario vino de otro sitio
refusal-csrf-prevented-text = Tu navegador dice que lo envió otro sitio. Abre la página aquí y envía el formulario otra vez.
refusal-payload-too-large-title = Es demasiado largo
refusal-payload-too-large-text = Acorta lo que has escrito y vuelve a enviarlo.
refusal-request-timeout-title = Ha tardado demasiado
refusal-request-timeout-text = Tu petición no llegó a tiempo. Vuelve a enviarla.

mistakes = { $n ->
    [one] Hay algo que corregir
   *[other] Hay { $n } cosas que corregir
}
support = Escríbenos:
send-again = Enviar de nuevo
open-again = Abrir la página de nuevo
minutes-to-wait = { $n ->
    [one] { $n } minuto de espera
   *[other] { $n } minutos de espera
}
wait-is-over = Ya puedes intentarlo de nuevo.
method-title = Esta página no se usa así
method-text = Ábrela otra vez desde el sitio; no ha cambiado nada.
email-code = Código del correo
email-code-hint = Está en el último correo que te enviamos. Sirve una vez, durante 24 horas.
email-confirm = Confirmar mi correo
email-no-code = ¿No te ha llegado? Mira también en la carpeta de spam.
email-resend = Enviarme otro código
captcha-needs-script = Esta comprobación necesita JavaScript: con él, tu navegador resuelve una pequeña tarea. JavaScript está desactivado o no se ha cargado.
captcha-progress = Avance de la comprobación
captcha-working = Comprobando, { $n } hecho
captcha-done = Comprobado. Seguimos…
captcha-did-not = La comprobación no ha funcionado. Vuelve a cargar la página.
captcha-go-on = Continuar
captcha-again = Esta vez no bastó con una comprobación. Aquí tienes otra; lo que escribiste se conserva.
captcha-unknown = Esta comprobación es de un proveedor cuyo formulario no se puede mostrar aquí.
captcha-else = Si no avanza, ayuda alguna de estas cosas:
captcha-else-script = activar JavaScript para este sitio
captcha-else-wait = esperar unos minutos
captcha-else-sign-in = iniciar sesión
captcha-else-network = usar otra red, por ejemplo la de tu móvil

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

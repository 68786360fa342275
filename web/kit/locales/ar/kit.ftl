# كلمات كل الصفحات.
site-description = تذاكر { $site } لجميع المباريات: ما تبقى منها مباشرة، وتذاكرك أنت.
skip-to-content = انتقل إلى المحتوى
nav = التنقل الرئيسي
nav-matches = المباريات
nav-resale = إعادة البيع
nav-orders = تذاكري
nav-account = الحساب
nav-help = المساعدة
nav-search = بحث
search-label = ابحث عن المباريات والتذاكر
search-placeholder = فريق أو ملعب أو يوم
search-recent = عمليات البحث الأخيرة
search-forget = إزالة { $query } من عمليات البحث الأخيرة
search-forget-all = إزالة الكل
languages = اللغة
prices-include-fees = الأسعار تشمل جميع الرسوم.
back-to-matches = كل المباريات
live = مباشر
as-of = حتى الساعة { $clock }
local-time = { $time } بتوقيتك

# لماذا لم يتم الأمر، وما الذي يفيد.
try-again-in = { $seconds ->
    [zero] حاول مرة أخرى الآن.
    [one] حاول مرة أخرى بعد ثانية.
    [two] حاول مرة أخرى بعد ثانيتين.
    [few] حاول مرة أخرى بعد { $seconds } ثوانٍ.
    [many] حاول مرة أخرى بعد { $seconds } ثانية.
   *[other] حاول مرة أخرى بعد { $seconds } ثانية.
}
request-id = أخبر فريقنا بهذا الرقم:
refusal-internal-title = حدث خطأ من جهتنا
refusal-internal-text = لم يُخصم أي مبلغ بسبب ذلك. حاول مرة أخرى بعد قليل، وإن استمر الأمر فراسلنا.
refusal-service-unavailable-title = نعود بعد لحظات
refusal-service-unavailable-text = لا يستطيع الموقع الرد الآن. ما حجزته يبقى لك حتى انتهاء مهلته.
refusal-not-found-title = لا شيء هنا
refusal-not-found-text = ربما نُقلت الصفحة أو أنها تخص حسابًا آخر.
refusal-forbidden-title = هذا غير متاح لك
refusal-forbidden-text = لا يسمح حسابك بذلك. إن كنت ترى أنه ينبغي له فراسلنا.
refusal-blocked-title = بلا رد
refusal-blocked-text = لا نرد هنا على الطلبات من شبكتك أو على هذا العدد منها. ادفع ثمن ما حجزته، أو انتظر قليلًا، أو استخدم شبكة أخرى.
refusal-rate-limited-title = تمهّل قليلًا
refusal-rate-limited-text = جاءت طلبات كثيرة من حسابك أو شبكتك في وقت قصير. لم تفقد شيئًا: ما حجزته يبقى لك حتى انتهاء مهلته.
refusal-captcha-required-title = تحقق بسيط
refusal-captcha-required-text = نحرص على أن تصل التذاكر إلى الناس. يحل متصفحك مهمة صغيرة ثم يتابع تلقائيًا.
refusal-captcha-failed-title = لم ينجح التحقق
refusal-captcha-failed-text = ربما جاء متأخرًا. أعد تحميل الصفحة للحصول على غيره.
refusal-reauthentication-required-title = سجّل الدخول من جديد أولًا
refusal-reauthentication-required-text = مضى وقت طويل على تسجيل دخولك لدى مزوّد الهوية. سجّل الدخول هناك من جديد ثم عد إلى هنا.
refusal-account-not-settled-title = ما زال هناك أمر معلّق
refusal-account-not-settled-text = لا يمكن حذف حسابك بعد. تبيّن صفحة حسابك ما الذي ما زال معلّقًا.
refusal-email-not-verified-title = أكّد بريدك الإلكتروني أولًا
refusal-email-not-verified-text = أرسلنا إليك رمزًا. أدخله في حسابك ثم عد إلى هنا.
refusal-bad-user-input-title = هناك شيء ناقص أو خاطئ
refusal-bad-user-input-text = راجع ما أدخلته وأرسله مرة أخرى.
refusal-conflict-title = تغيّر الأمر في هذه الأثناء
refusal-conflict-text = سبقك أحد أو شيء ما. انظر كيف أصبح الحال الآن.
refusal-extension-refused-title = لا وقت إضافيًا الآن
refusal-extension-refused-text = نلت أقصى ما يُمنح من الوقت، أو ينتظر آخرون التذاكر الأخيرة. ادفع قبل أن ينتهي العدّ.
refusal-hold-expired-title = انتهت مهلة الدفع
refusal-hold-expired-text = عادت التذاكر إلى البيع. إن بقي منها شيء فيمكنك حجزه مرة أخرى.
refusal-idempotency-key-reused-title = أُرسل هذا النموذج من قبل
refusal-idempotency-key-reused-text = أُرسل سابقًا باختيار آخر. انظر إلى تذاكرك أو ابدأ من جديد.
refusal-payment-failed-title = لم يتم الدفع
refusal-payment-failed-text = لم يُخصم أي مبلغ. جرّب بطاقة أخرى ما دامت التذاكر محجوزة لك.
refusal-purchase-limit-title = لديك كل ما يُسمح به
refusal-purchase-limit-text = يمكن لكل شخص أن يحجز أو يملك عددًا قليلًا من تذاكر المباراة، ليحصل عليها عدد أكبر من الناس.
refusal-sale-closed-title = انتهى بيع تذاكر هذه المباراة
refusal-sale-closed-text = لم تعد تذاكر هذه المباراة تُباع. وما حجزته يمكن دفع ثمنه حتى تنتهي مدته.
refusal-sold-out-title = نفدت التذاكر
refusal-sold-out-text = لم يبقَ منها شيء. قد يعرض مشجعون آخرون تذاكرهم في إعادة البيع.
refusal-temporarily-unavailable-title = كلها محجوزة الآن
refusal-temporarily-unavailable-text = يدفع آخرون ثمن ما تبقى. قد يعود بعضها خلال دقائق.
refusal-csrf-prevented-title = جاء هذا النموذج من مكان آخر
refusal-csrf-prevented-text = يقول متصفحك إن موقعًا آخر أرسله. افتح الصفحة هنا وأرسل النموذج مرة أخرى.
refusal-payload-too-large-title = هذا أطول من اللازم
refusal-payload-too-large-text = اختصر ما أدخلته وأرسله مرة أخرى.
refusal-request-timeout-title = استغرق الأمر وقتًا طويلًا
refusal-request-timeout-text = لم يصل طلبك في الوقت المناسب. أرسله مرة أخرى.

mistakes = { $n ->
    [zero] لا شيء يحتاج إلى تصحيح
    [one] هناك أمر واحد يحتاج إلى تصحيح
    [two] هناك أمران يحتاجان إلى تصحيح
    [few] هناك { $n } أمور تحتاج إلى تصحيح
    [many] هناك { $n } أمرًا يحتاج إلى تصحيح
   *[other] هناك { $n } أمر يحتاج إلى تصحيح
}
support = راسلنا:
send-again = أرسل مرة أخرى
open-again = افتح الصفحة من جديد
minutes-to-wait = { $n ->
    [zero] لا انتظار بعد الآن
    [one] بقيت دقيقة واحدة من الانتظار
    [two] بقيت دقيقتان من الانتظار
    [few] بقيت { $n } دقائق من الانتظار
    [many] بقيت { $n } دقيقة من الانتظار
   *[other] بقيت { $n } دقيقة من الانتظار
}
wait-is-over = يمكنك المحاولة الآن.
method-title = لا تُستخدم هذه الصفحة بهذه الطريقة
method-text = افتحها من الموقع مرة أخرى؛ لم يتغيّر شيء.
email-code = الرمز الوارد في البريد
email-code-hint = تجده في آخر رسالة أرسلناها إليك. يصلح مرة واحدة خلال 24 ساعة.
email-confirm = تأكيد بريدي
email-no-code = لم تصلك الرسالة؟ ابحث في مجلد الرسائل غير المرغوب فيها أيضًا.
email-resend = أرسلوا لي رمزًا آخر
captcha-needs-script = يحتاج هذا التحقق إلى JavaScript، إذ يحلّ متصفحك به مهمة صغيرة. إنه معطّل أو لم يُحمَّل.
captcha-progress = تقدّم التحقق
captcha-working = جارٍ التحقق، اكتمل { $n }
captcha-done = تم التحقق. نتابع…
captcha-did-not = لم ينجح التحقق. أعد تحميل الصفحة.
captcha-go-on = متابعة
captcha-again = لم يكفِ تحقق واحد هذه المرة. إليك تحققًا آخر، وما أدخلته محفوظ.
captcha-unknown = هذا التحقق من مزوّد لا يمكن عرض نموذجه هنا.
captcha-else = إن لم تتابع الصفحة، فقد يفيد أحد هذه الحلول:
captcha-else-script = تفعيل JavaScript لهذا الموقع
captcha-else-wait = الانتظار بضع دقائق
captcha-else-sign-in = تسجيل الدخول
captcha-else-network = استخدام شبكة أخرى، مثل شبكة هاتفك

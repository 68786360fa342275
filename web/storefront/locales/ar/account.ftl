# كلمات صفحات الحساب.
mistake-title = خطأ: { $title }
email = البريد الإلكتروني
password = كلمة المرور
password-new = كلمة المرور الجديدة
password-current = كلمة المرور الحالية
password-rule = من 8 إلى 128 حرفًا، منها 4 أحرف مختلفة على الأقل. لا كلمة مرور شائعة ولا بريدك. تصلح جملة كاملة، ويصلح ما يقترحه برنامج حفظ كلمات المرور.
name = الاسم
name-hint = كما يظهر على التذاكر وفي الرسائل. يمكنك تركه فارغًا.
country = البلد أو المنطقة
country-none = غير محدد
not-given = غير محدد
go-on = متابعة
back-to-account = حسابك
back-to-sign-in = تسجيل الدخول

wrong-email = أدخل عنوان بريد إلكتروني، مثل name@example.com.
password-short = كلمة المرور هذه قصيرة جدًا. الحد الأدنى لعدد الأحرف هو { $n }.
password-long = كلمة المرور هذه طويلة جدًا. الحد الأقصى لعدد الأحرف هو { $n }.
password-common = كلمة المرور هذه سهلة التخمين: شائعة، أو هي بريدك، أو أحرفها المختلفة قليلة جدًا. اختر غيرها.
wrong-currentpassword = هذه ليست كلمة مرور هذا الحساب.
wrong-displayname = استخدم اسمًا أقصر من حروف، دون عنوان موقع.
wrong-country = اختر بلدًا من القائمة.
wrong-locale = اختر لغة من القائمة.
wrong-code = هذا الرمز غير معروف أو استُخدم من قبل أو انتهت مدته. انسخه من آخر رسالة أو اطلب رمزًا آخر.
wrong-credentials = البريد الإلكتروني أو كلمة المرور غير صحيحة.
email-taken = يوجد حساب بهذا البريد. سجّل الدخول، أو اختر هناك «نسيت كلمة المرور؟».
account-disabled = هذا الحساب مغلق. راسلنا إن كنت ترى أن ذلك خطأ.
account-elsewhere = يحتفظ بهذا الحساب مزوّد هوية. غيّر كلمة المرور لديه.
too-many-attempts = { $seconds ->
    [zero] محاولات كثيرة في وقت قصير. حاول الآن.
    [one] محاولات كثيرة في وقت قصير. حاول مرة أخرى بعد ثانية واحدة.
    [two] محاولات كثيرة في وقت قصير. حاول مرة أخرى بعد ثانيتين.
    [few] محاولات كثيرة في وقت قصير. حاول مرة أخرى بعد { $seconds } ثوانٍ.
    [many] محاولات كثيرة في وقت قصير. حاول مرة أخرى بعد { $seconds } ثانية.
   *[other] محاولات كثيرة في وقت قصير. حاول مرة أخرى بعد { $seconds } ثانية.
}

sign-in-title = تسجيل الدخول
sign-in-button = تسجيل الدخول
sign-in-link = لديك حساب؟ سجّل الدخول
sign-in-with = تسجيل الدخول عبر { $provider }
signed-in-already = أنت مسجّل الدخول باسم { $email }.
forgotten-link = نسيت كلمة المرور؟
reset-done = تغيّرت كلمة مرورك. سجّل الدخول بالجديدة.

sign-up-title = فتح حساب
sign-up-text = تبقى تذاكرك فيه على كل أجهزتك. لا نراسلك إلا بشأن ما تشتريه وتبيعه.
sign-up-button = فتح الحساب
sign-up-link = جديد هنا؟ افتح حسابًا

sign-out = تسجيل الخروج
sign-out-title = تسجيل الخروج
sign-out-text = تبقى تذاكرك وطلباتك في حسابك. وما حجزته دون دفع يبقى لك حتى تنتهي مدته.
sign-out-everywhere = على كل أجهزتي
sign-out-everywhere-link = تسجيل الخروج على كل الأجهزة

account-title = حسابك
account-nav = ما يخصّك
email-verified = مؤكَّد
email-not-verified = غير مؤكَّد
email-elsewhere = يحتفظ به مزوّد هويتك
done-signed-up = فُتح حسابك. أرسلنا إليك رمزًا لتأكيد بريدك.
done-verified = بريدك مؤكَّد.
done-sent = أرسلنا إليك رمزًا آخر. يصل خلال دقيقة.
done-password = تغيّرت كلمة مرورك، وسُجّل خروج أجهزتك الأخرى.
done-profile = حُفظ ملفك الشخصي.

language = اللغة
language-hint = للرسائل. أما لغة هذه الصفحات فتُختار في أعلاها.
profile-title = ملفك الشخصي
profile-button = حفظ

password-title = تغيير كلمة المرور
password-text = يُسجَّل بذلك خروج أجهزتك الأخرى، ويبقى هذا الجهاز.
password-button = تغيير كلمة المرور

forgotten-title = نسيت كلمة المرور؟
forgotten-text = أدخل بريد حسابك. نرسل إليك رمزًا تختار به كلمة مرور أخرى.
forgotten-button = أرسلوا لي رمزًا
forgotten-sent = إن كان هناك حساب بهذا البريد، فالرمز في الطريق إليه. يصل خلال دقيقة.

reset-title = اختيار كلمة مرور أخرى
reset-text = يُسجَّل بذلك خروج كل أجهزتك، ثم تسجّل الدخول بكلمة المرور الجديدة.
reset-code = الرمز الوارد في البريد
reset-code-hint = يصلح مرة واحدة خلال ساعة.
reset-button = اعتماد كلمة المرور
reset-another = لا رمز لديك أو انتهت مدته؟ اطلب رمزًا آخر

verify-title = تأكيد بريدك
verify-why = أرسلنا رمزًا إلى { $email }. به نعرف أن التذاكر تصلك هناك.
verify-text = أدخل الرمز الذي أرسلناه إليك. به نعرف أن التذاكر تصلك هناك.
verify-sign-in = لتصلك رسالة برمز آخر، سجّل الدخول أولًا.

profile-elsewhere = يحتفظ مزوّد هويتك باسمك. غيّره لديه.

personalisation-title = التوصيات
personalisation-on = مفعّلة
personalisation-off = معطّلة
personalisation-text-on = نوصيك بمباريات حسب ما حجزته وحسب بلدك. لذلك تُسجَّل حجوزاتك باسم مستعار عشوائي مع بلدك، دون اسمك ودون بريدك.
personalisation-text-off = لا نتعلّم من حجوزاتك: تُسجَّل دون أي شيء يدل عليك، ولا تستخدمها التوصيات.
personalisation-note = إذا عطّلتها يُحذف اسمك المستعار فورًا، ويُمحى ما سُجّل به خلال أيام.
personalisation-turn-off = لا تستخدموا حجوزاتي
personalisation-turn-on = استخدموا حجوزاتي
done-personalised = من الآن تستخدم التوصيات حجوزاتك.
done-not-personalised = حُذف اسمك المستعار. لم تعد التوصيات تستخدم حجوزاتك.

data-title = تنزيل بياناتك
data-text = تحصل على ملف واحد فيه كل ما هو مسجّل عنك: حسابك، والأجهزة المسجّلة الدخول، وطلباتك ومدفوعاتك وتذاكرك وعروضك وهداياك، والرسائل التي تنتظر الإرسال، وما سجّلته خدمة الأمان لدينا. وهو بصيغة JSON التي تفتحها المتصفحات ومحررات النصوص.
data-without = ليست فيه كلمات مرور ولا رموز تذاكر. احتفظ به لنفسك.
data-button = تنزيل الملف

delete-title = حذف حسابك
delete-text = لا يمكن التراجع عن ذلك. يُسجَّل خروج كل أجهزتك فورًا.
delete-count = { $n }
delete-goes-title = ما الذي يُحذف
delete-goes-account = بريدك واسمك وكلمة مرورك وبلدك ولغتك
delete-goes-sessions = جلساتك والشبكات التي سجّلت الدخول منها
delete-goes-names = اسمك على التذاكر والعروض وما كتبته في العروض
delete-goes-pseudonym = الاسم المستعار لحجوزاتك فورًا، وما سُجّل به خلال أيام
delete-goes-holds = ما حجزته أو طلبته ولم تدفع ثمنه: يُلغى
delete-kept-title = ما علينا الاحتفاظ به
delete-kept-text = يُلزم القانون البائعين بالاحتفاظ بسجلات ما باعوه. تبقى برقم فقط، دون اسمك ودون بريدك:
delete-kept-nothing = لا شيء: لم تشترِ هنا شيئًا ولم تبع.
delete-kept-until = حتى { $date }
kept-reservations = حجوزات وطلبات
kept-payments = مدفوعات
kept-refunds = مبالغ مستردة
kept-disputes = نزاعات على مدفوعات
kept-tickets = تذاكر
kept-ticket-transfers = هدايا
kept-listings = عروض
kept-payouts = مبالغ مدفوعة للبائع
kept-other = سجلات أخرى
delete-obstacles-title = أنهِ هذا أولًا
delete-obstacles-text = يمكنك حذف حسابك حين لا يبقى شيء من هذا معلّقًا.
obstacle-valid-tickets = تذاكر لمباريات قادمة
obstacle-valid-tickets-help = انتظر حتى تنتهي المباراة، أو أعدها، أو بعها، أو أهدها.
obstacle-open-listings = تذاكر تعرضها للبيع
obstacle-open-listings-help = اسحبها.
obstacle-ordered-listings = تذاكر طلبها منك مشترٍ
obstacle-ordered-listings-help = انتظر حتى يدفع المشتري أو ينتهي الطلب.
obstacle-payments-in-progress = مدفوعات جارية
obstacle-payments-in-progress-help = انتظر حتى تكتمل، أو ألغِ الطلب.
obstacle-payouts-due = مال تذاكر بعتها
obstacle-payouts-due-help = انتظر حتى يُدفع لك.
obstacle-refunds-under-way = مبالغ مستردة في الطريق إليك
obstacle-refunds-under-way-help = انتظر حتى يصل المال. وإن طال ذلك فراسلنا.
obstacle-gifts-offered = تذاكر عرضتها هدية
obstacle-gifts-offered-help = استرجعها، أو انتظر حتى تُقبل.
obstacle-other = ما زال هناك أمر آخر معلّق
obstacle-other-help = راسلنا.
delete-data-first = نزّل بياناتك أولًا
delete-sign-in = لتُظهر أنك أنت، سجّل الدخول لدى مزوّد هويتك مرة أخرى. لديك بعدها خمس دقائق.
delete-sign-in-button = تسجيل الدخول مرة أخرى
delete-confirm = أفهم أنه لا يمكن التراجع عن ذلك.
delete-button = احذفوا حسابي نهائيًا
wrong-confirm = ضع علامة في المربع لتأكيد أنك تريد حذف حسابك.
deleted-title = حُذف حسابك
deleted-text = نرسل تأكيدًا إلى البريد الذي كان له. يمكنك فتح حساب جديد بهذا البريد في أي وقت.
deleted-kept = ما يُلزمنا القانون بالاحتفاظ به يبقى دون اسمك ودون بريدك.

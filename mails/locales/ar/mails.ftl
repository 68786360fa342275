# رسائل البريد إلى المشجعين.
mail-hello = مرحبًا { $name }،
mail-hello-unnamed = مرحبًا،
mail-kick-off = { $day }، { $clock }
mail-what = { $category }، { $tickets }، { $amount }
mail-what-alone = { $category }، { $amount }
mail-enter-code = أدخل هذا الرمز حيث يطلبه موقع { $site }:
mail-open-site = افتح الموقع
mail-open-order = افتح طلبي
mail-support = لديك سؤال؟ اكتب إلينا:

verify-email-subject = أكّد بريدك الإلكتروني لدى { $site }
verify-email-text = فُتح حساب لدى { $site } بهذا البريد الإلكتروني. إذا كنت أنت من فتحه فأكّد بريدك.
verify-email-link = تأكيد بريدي
verify-email-note = يعمل هذا مرة واحدة خلال 24 ساعة. إذا لم تفتح حسابًا فلا تفعل شيئًا.

reset-password-subject = أعد تعيين كلمة المرور لدى { $site }
reset-password-text = طُلبت كلمة مرور جديدة لحسابك لدى { $site }. إذا كنت أنت من طلبها فتابع من هنا.
reset-password-link = اختر كلمة مرور جديدة
reset-password-note = يعمل هذا مرة واحدة خلال ساعة. إذا لم تكن أنت فلا تفعل شيئًا: تبقى كلمة مرورك كما هي.

password-changed-subject = تم تغيير كلمة مرورك لدى { $site }
password-changed-text = تم تغيير كلمة مرور حسابك لدى { $site } ({ $email }) قبل قليل، وتم تسجيل خروج جميع الأجهزة الأخرى.
password-changed-warning = إذا لم تكن أنت فأعد تعيين كلمة مرورك فورًا: قد يكون شخص آخر يقرأ حسابك.
password-changed-link = إعادة تعيين كلمة مروري

account-deleted-subject = تم حذف حسابك لدى { $site }
account-deleted-text = تم حذف حسابك لدى { $site }، ومعه بريدك الإلكتروني واسمك وكلمة مرورك.
account-deleted-kept = ما يُلزمنا القانون بالاحتفاظ به عن مشترياتك يبقى دون اسمك وبريدك. يمكنك فتح حساب جديد بهذا البريد في أي وقت.
account-deleted-note = هذه آخر رسالة عن هذا الحساب. إذا لم تكن أنت من حذفه فاكتب إلينا: كان شخص آخر يعرف كلمة مرورك.

hold-placed-subject = لك حتى { $until }: { $fixture }
hold-placed-text = { $n ->
    [zero] هذه التذاكر محجوزة لك لدى { $site }:
    [one] هذه التذكرة محجوزة لك لدى { $site }:
    [two] هاتان التذكرتان محجوزتان لك لدى { $site }:
    [few] هذه التذاكر محجوزة لك لدى { $site }:
    [many] هذه التذاكر محجوزة لك لدى { $site }:
   *[other] هذه التذاكر محجوزة لك لدى { $site }:
}
hold-placed-until = ادفع قبل { $until }؛ بعد ذلك تعود إلى البيع.
hold-placed-link = ادفع الآن
hold-placed-note = لم تعد تريدها؟ ألغها في الصفحة نفسها ليتمكن مشجعون آخرون من شرائها.

hold-expired-subject = لم يُدفع في الوقت المحدد: { $fixture }
hold-expired-text = { $n ->
    [zero] كانت هذه التذاكر محجوزة لك لدى { $site } حتى { $until }. لم تُدفع حتى ذلك الحين وعادت إلى البيع:
    [one] كانت هذه التذكرة محجوزة لك لدى { $site } حتى { $until }. لم تُدفع حتى ذلك الحين وعادت إلى البيع:
    [two] كانت هاتان التذكرتان محجوزتين لك لدى { $site } حتى { $until }. لم تُدفعا حتى ذلك الحين وعادتا إلى البيع:
    [few] كانت هذه التذاكر محجوزة لك لدى { $site } حتى { $until }. لم تُدفع حتى ذلك الحين وعادت إلى البيع:
    [many] كانت هذه التذاكر محجوزة لك لدى { $site } حتى { $until }. لم تُدفع حتى ذلك الحين وعادت إلى البيع:
   *[other] كانت هذه التذاكر محجوزة لك لدى { $site } حتى { $until }. لم تُدفع حتى ذلك الحين وعادت إلى البيع:
}
hold-expired-again = لم يُخصم منك شيء. إذا كنت لا تزال تريد الحضور فحاول من جديد ما دامت هناك تذاكر.
hold-expired-link = انظر ما بقي

paid-subject = { $n ->
    [zero] تذاكرك: { $fixture }
    [one] تذكرتك: { $fixture }
    [two] تذكرتاك: { $fixture }
    [few] تذاكرك: { $fixture }
    [many] تذاكرك: { $fixture }
   *[other] تذاكرك: { $fixture }
}
paid-text = { $n ->
    [zero] شكرًا لك، اكتمل الدفع. تذاكرك مرفقة بصيغة PDF:
    [one] شكرًا لك، اكتمل الدفع. تذكرتك مرفقة بصيغة PDF:
    [two] شكرًا لك، اكتمل الدفع. تذكرتاك مرفقتان بصيغة PDF، كل واحدة في صفحة:
    [few] شكرًا لك، اكتمل الدفع. تذاكرك ({ $n }) مرفقة بصيغة PDF، كل واحدة في صفحة:
    [many] شكرًا لك، اكتمل الدفع. تذاكرك ({ $n }) مرفقة بصيغة PDF، كل واحدة في صفحة:
   *[other] شكرًا لك، اكتمل الدفع. تذاكرك ({ $n }) مرفقة بصيغة PDF، كل واحدة في صفحة:
}
paid-gate = اطبعها أو اعرضها على هاتفك. كل رمز يفتح البوابة مرة واحدة لأول من يعرضه: احتفظ به لنفسك حتى ذلك الحين.

paid-unconfirmed-subject = تم الدفع: { $fixture }
paid-unconfirmed-text = شكرًا لك، اكتمل الدفع:
paid-unconfirmed-sign-in = { $n ->
    [zero] سجّل الدخول إلى { $site } لعرض التذاكر أو تنزيلها.
    [one] سجّل الدخول إلى { $site } لعرض التذكرة أو تنزيلها.
    [two] سجّل الدخول إلى { $site } لعرض التذكرتين أو تنزيلهما.
    [few] سجّل الدخول إلى { $site } لعرض التذاكر أو تنزيلها.
    [many] سجّل الدخول إلى { $site } لعرض التذاكر أو تنزيلها.
   *[other] سجّل الدخول إلى { $site } لعرض التذاكر أو تنزيلها.
}
paid-unconfirmed-note = لا تُرفق التذاكر بالرسائل إلا بعد أن تؤكد بريدك الإلكتروني، لأن رمز التذكرة يُدخل كل من يملكه.

bought-subject = لقد اشتريت: { $fixture }
bought-text = شكرًا لك، اكتمل الدفع. أصدر هذه التذكرة بائع آخر، والمشجع الذي باعها يسلّمها إليك:
bought-note = ليس لدى { $site } رمز لهذه التذكرة.

listing-sold-subject = بيعت: { $fixture }
listing-sold-text = التذكرة التي عرضتها لدى { $site } بيعت ودُفع ثمنها:
listing-sold-gate = لم يعد رمزها يفتح أي بوابة. إذا كانت صادرة من جهة أخرى فسلّمها إلى مشتريها.
listing-sold-payout = ثمنها بعد خصم الرسوم في طريقه إليك. تُظهر دفعاتك أين وصل.
listing-sold-link = انظر دفعاتي

refunded-subject = تم الاسترداد: { $fixture }
refunded-all = { $n ->
    [zero] أُعيدت تذاكرك:
    [one] أُعيدت تذكرتك:
    [two] أُعيدت تذكرتاك:
    [few] أُعيدت تذاكرك ({ $n }):
    [many] أُعيدت تذاكرك ({ $n }):
   *[other] أُعيدت تذاكرك ({ $n }):
}
refunded-some = أُعيد { $returned } من تذاكرك البالغ عددها { $n }:
refunded-money = { $amount } من أصل { $total } دفعتها لدى { $site } في طريقها إلى بطاقتك. قد يستغرق مصرفك بضعة أيام لإظهارها.
refunded-gate = التذكرة المُعادة لا تفتح أي بوابة.
refunded-gate-others = التذكرة المُعادة لا تفتح أي بوابة. وتبقى تذاكرك الأخرى كما هي.

ticket-offered-subject = تذكرة لك: { $fixture }
ticket-offered-text = يهديك { $giver } تذكرة لدى { $site }. لا تكلّفك شيئًا:
ticket-offered-text-unnamed = يهديك أحد المشجعين تذكرة لدى { $site }. لا تكلّفك شيئًا:
ticket-offered-link = اقبل التذكرة
ticket-offered-until = يمكنك قبولها حتى { $until } بأي حساب لدى { $site }.
ticket-offered-note = يعمل هذا مرة واحدة، ومن يملكه يمكنه الحصول على التذكرة: احتفظ بهذه الرسالة لنفسك. إذا لم ترد التذكرة فلا تفعل شيئًا.

ticket-accepted-subject = قُبلت تذكرتك: { $fixture }
ticket-accepted-text = قُبلت التذكرة التي أهديتها إلى { $to }:
ticket-accepted-gate = صارت لمن قبلها، ولم يعد الرمز الذي كان لديك يفتح أي بوابة.
ticket-accepted-link = انظر تذاكري
ticket-accepted-note = إذا لم تكن أنت من أهداها فاكتب إلينا فورًا وغيّر كلمة مرورك.

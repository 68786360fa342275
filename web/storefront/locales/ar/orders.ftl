# Words of the pages of orders.
# An order, by where it stands: its heading, what that means, and the same in two words.
order-held-heading = محجوزة لك
order-held-lead = ادفع في الوقت المحدد لتكون { $fixture } لك. لم يُخصم شيء بعد.
order-held-tag = بانتظار الدفع
order-run-out-heading = انتهى وقت الدفع
order-run-out-lead = التذاكر تعود إلى البيع. لم يُخصم شيء.
order-run-out-tag = انتهى الوقت
order-waiting-heading = بقيت خطوة للدفع
order-waiting-lead = التذاكر محجوزة ما دام الدفع بانتظارك. لم يُخصم شيء بعد.
order-waiting-tag = بانتظارك
order-paying-heading = الدفع جارٍ
order-paying-lead = التذاكر محجوزة في هذه الأثناء. لا تدفع مرة أخرى.
order-paying-tag = قيد الدفع
order-settling-heading = تم الدفع، وبقي القليل
order-settling-lead = التذاكر لك. ستظهر رموزها هنا بعد لحظات.
order-settling-tag = مدفوعة
order-paid-heading = { $n ->
    [zero] تذاكرك
    [one] تذكرتك
    [two] تذكرتاك
    [few] تذاكرك
    [many] تذاكرك
   *[other] تذاكرك
}
order-paid-lead = أظهر الرمز عند البوابة. يُدخل شخصًا واحدًا، مرة واحدة.
order-paid-without-lead = تم الدفع. بجانب كل تذكرة سبب عدم ظهور رمزها.
order-paid-tag = مدفوعة
order-ended-user-heading = تخلّيت عن هذا الحجز
order-ended-user-lead = عادت التذاكر إلى البيع. لم يُخصم شيء.
order-ended-user-tag = ألغيته بنفسك
order-ended-expired-heading = انتهى وقت الدفع
order-ended-expired-lead = عادت التذاكر إلى البيع. لم يُخصم شيء. إن بقي منها شيء يمكنك حجزه من جديد.
order-ended-expired-tag = لم يُدفع في الوقت
order-ended-payment-failed-heading = لم يتم الدفع
order-ended-payment-failed-lead = عادت التذاكر إلى البيع. لن تدفع شيئًا، وما حجزه مصرفك يصبح متاحًا خلال أيام.
order-ended-payment-failed-tag = فشل الدفع
order-ended-oversold-heading = بيعت هذه التذاكر في مكان آخر
order-ended-oversold-lead = باع متجر آخر آخرها قبل لحظة. لن تدفع شيئًا، وما خُصم، إن خُصم، في طريقه إليك.
order-ended-oversold-tag = بيعت في مكان آخر
order-ended-refunded-heading = أُعيدت التذاكر
order-ended-refunded-lead = لم تعد هذه التذاكر تفتح أي بوابة. تجد أدناه أين وصل المال.
order-ended-refunded-tag = مُستردّة
order-ended-withdrawn-heading = سحب البائع عرضه
order-ended-withdrawn-lead = لن تدفع شيئًا. قد يعرض مشجعون آخرون تذاكر للمباراة نفسها.
order-ended-withdrawn-tag = سُحب العرض
order-ended-other-heading = انتهى هذا الطلب
order-ended-other-lead = لم يعد من الممكن دفعه.
order-ended-other-tag = انتهى
order-what = { $n } × { $category }
order-reference = الطلب
order-again = اختيار تذاكر من جديد
order-other-offers = عرض عروض أخرى
order-changed = تغيّر هذا الطلب.
order-show-now = عرضه كما هو الآن
order-signed-out = تم تسجيل خروجك.
order-sign-in = تسجيل الدخول

# A hold, and how it is paid.
held-stub = ما حُجز لك
held-until = حتى
held-from-fan = يبيعها مشجع آخر. رسوم الموقع ضمن السعر.
time-left = الوقت المتبقي للدفع
time-short = بقي أقل من دقيقتين.
time-over = انتهى وقت الدفع
time-over-text = انتهى الوقت. التذاكر تعود إلى البيع.
minutes-left = { $n ->
    [zero] لم يبق وقت للدفع
    [one] بقيت دقيقة واحدة للدفع
    [two] بقيت دقيقتان للدفع
    [few] بقيت { $n } دقائق للدفع
    [many] بقيت { $n } دقيقة للدفع
   *[other] بقيت { $n } دقيقة للدفع
}
more-time = { $minutes ->
    [zero] أحتاج إلى وقت إضافي
    [one] أحتاج إلى دقيقة إضافية
    [two] أحتاج إلى دقيقتين إضافيتين
    [few] أحتاج إلى { $minutes } دقائق إضافية
    [many] أحتاج إلى { $minutes } دقيقة إضافية
   *[other] أحتاج إلى { $minutes } دقيقة إضافية
}
sum-caption = التكلفة
sum-to-pay = المبلغ المطلوب
pay-heading = الدفع بالبطاقة
pay-sandbox = يقبل هذا الموقع نقودًا تجريبية: لا يُخصم شيء.
pay-sandbox-cards = كل بطاقة تمثّل ما يمكن أن يحدث.
pay-stripe = تذهب بيانات بطاقتك إلى Stripe، مزود الدفع لدينا، ولا تمر بهذا الموقع أبدًا.
pay-closed = لا يمكن الدفع هنا الآن. راسلنا؛ تبقى تذاكرك محجوزة حتى ينتهي وقتها.
pay-act = ادفع { $price }
pay-other-card = اختيار بطاقة أخرى
pay-unreachable = تعذّر تحميل نموذج البطاقة. تحقق من اتصالك وأعد تحميل الصفحة؛ تبقى التذاكر محجوزة حتى ينتهي وقتها.
pay-needs-script = يحتاج نموذج البطاقة إلى JavaScript. فعّله لهذه الصفحة، أو افتحها في متصفح آخر سجّلت الدخول فيه.
pay-sent-before-title = أُرسل هذا النموذج من قبل
pay-sent-before-text = أُرسل ببطاقة أخرى. اختر بطاقة وادفع مرة أخرى.
pay-conflict-title = تغيّر الأمر في هذه الأثناء
pay-conflict-text = هذا هو حال الطلب الآن.
card-pays = تدفع فورًا
card-asks = تطلب موافقة مصرفك
card-declined = تُرفض
card-declined-funds = تُرفض: الرصيد غير كافٍ
card-declined-expired = تُرفض: منتهية الصلاحية
card-missing-title = لم تُختر بطاقة
card-missing-text = اختر بطاقة ثم ادفع.
declined-title = رُفضت البطاقة
declined-nothing-taken = لم يُخصم شيء، وما زالت التذاكر محجوزة لك.
declined-funds = رصيد هذه البطاقة لا يكفي. استعمل بطاقة أخرى.
declined-expired = انتهت صلاحية هذه البطاقة أو تاريخها غير صحيح. تحقق من التاريخ أو استعمل بطاقة أخرى.
declined-details = رقم البطاقة أو رمز الأمان أو العنوان غير مطابق. تحقق منها أو استعمل بطاقة أخرى.
declined-consent = لم تصل موافقتك إلى مصرفك. حاول مرة أخرى وأكّد في تطبيق مصرفك، أو استعمل بطاقة أخرى.
declined-pin = يطلب مصرفك رقمًا سريًا لا يمكن إدخاله هنا. استعمل بطاقة أخرى.
declined-again = تعذّر الوصول إلى المصرف. جرّب البطاقة نفسها بعد لحظات.
declined-limit = يتجاوز هذا المبلغ ما يمكن للبطاقة إنفاقه. اسأل مصرفك أو استعمل بطاقة أخرى.
declined-kind = لا تصلح هذه البطاقة لمثل هذا الشراء. استعمل بطاقة أخرى.
declined-duplicate = ظن مصرفك أنها دفعة مكررة. انتظر قليلًا وراجع طلباتك ثم حاول مرة أخرى.
declined-bank = رفض مصرفك البطاقة ولم يخبرنا بالسبب. اسأله أو استعمل بطاقة أخرى.
declined-too-often-title = لا تُقبل بطاقة أخرى لهذا الحجز
declined-too-often-text = رُفضت بطاقات كثيرة. تخلّ عن هذا الحجز واحجز من جديد.
bank-waiting-title = يطلب مصرفك موافقتك
bank-waiting-text = أكّد الدفع لدى مصرفك. التذاكر محجوزة في هذه الأثناء.
bank-waiting-act = الذهاب إلى المصرف
bank-open-title = الدفع مفتوح
bank-open-text = أدخل بطاقتك، أو أكّد لدى مصرفك إن طلب ذلك. التذاكر محجوزة في هذه الأثناء.
bank-open-act = متابعة الدفع
bank-declined-title = يمكن الدفع ببطاقة أخرى
bank-declined-text = ما زال الدفع مفتوحًا. استعمل له بطاقة أخرى.
bank-declined-act = استعمال بطاقة أخرى
bank-back-title = ننتظر رد مصرفك
bank-back-text = يستغرق ذلك عادة ثواني، وتعرضه هذه الصفحة من تلقاء نفسها. إن لم يتغير شيء فتحقق من الدفع.
bank-back-act = التحقق من الدفع
bank-title = هل أنت من يدفع؟
bank-other-title = الدفع ببطاقة أخرى
bank-text = كان المصرف الحقيقي سيسألك الآن في تطبيقه أو برمز. هذه الصفحة تقوم مقامه.
bank-consent = نعم، ادفع
bank-refuse = لا، لست أنا
bank-back = العودة إلى الطلب
paying = جارٍ الدفع…
paying-title = ننتظر رد المصرف
paying-text = تعرضه هذه الصفحة من تلقاء نفسها. يمكنك مغادرتها: يبقى الطلب في تذاكرك.
cancel-act = التخلي عن التذاكر

# The life of an order.
steps = الخطوات إلى تذاكرك
step-held = حُجزت
step-pay = الدفع
step-paid = دُفعت
step-tickets = التذاكر
life = ما الذي حدث
life-until = حتى
life-held = حُجزت
life-payment = بدأ الدفع:
life-paid = دُفع:
life-payment-cancelled = انتهى الدفع ولم يُخصم شيء
life-declined = رُفضت البطاقة
life-issued = صدرت التذاكر
life-used = دخول من البوابة
life-refund = أُعيدت:
life-refunded = رُدّ المال:
receipt = الإيصال
receipt-date = التاريخ
receipt-buyer = المشتري
receipt-seller = البائع
receipt-each = للواحدة
receipt-back = المبلغ المردود
receipt-paid = المدفوع إجمالًا
refunds = المال العائد إليك
refund-processing = في الطريق
refund-processing-text = يعود إلى البطاقة التي دفعت. قد يستغرق أيامًا لدى بعض المصارف.
refund-done = تم الرد
refund-done-text = رُدّ إلى البطاقة التي دفعت. يعرضه المصرف بوتيرته.
refund-refused = قيد المتابعة
refund-refused-text = لم تقبل البطاقة رد المال. يتابع موظفونا الأمر، ولا يلزمك فعل شيء.
refund-reason = السبب:

# Tickets.
tickets-soon = تذاكرك قيد الإصدار. تعرضها هذه الصفحة من تلقاء نفسها.
tickets-outside = صدرت هذه التذكرة في مكان آخر: يسلّمها البائع إليك بنفسه.
ticket-of = التذكرة { $n } من { $all }
ticket-code = رمز { $ticket } للبوابة
ticket-valid = صالحة
ticket-frozen = موقوفة
ticket-frozen-text = أوقف موظفونا هذه التذكرة مؤقتًا، كما يحدث عند الاعتراض على دفعة. راسلنا إن لم تعرف السبب.
ticket-listed = معروضة للبيع
ticket-listed-text = تعرض هذه التذكرة على مشجعين آخرين، لذا لا تفتح أي بوابة. اسحب العرض لتحصل على رمز جديد.
ticket-offers = عروضي
ticket-used = مستعملة
ticket-used-text = دخل شخص بهذه التذكرة. لا تُدخل أحدًا بعد ذلك.
ticket-refunded = مُستردّة
ticket-refunded-text = أُعيدت هذه التذكرة. لم تعد تفتح أي بوابة.
ticket-transferred = مباعة
ticket-transferred-text = اشترى مشجع آخر هذه التذكرة وله رمز خاص به.
ticket-valid-text = لا يمكن عرض الرمز الآن. أعد تحميل الصفحة.
ticket-category = الفئة
ticket-holder = الاسم
ticket-price = السعر
ticket-used-at = وقت الاستعمال
ticket-full = ملء الشاشة
ticket-full-of = { $ticket }: الرمز بملء الشاشة
ticket-close = إغلاق
ticket-pdf = PDF
ticket-pdf-of = { $ticket } بصيغة PDF
ticket-sell = بيع
ticket-sell-of = بيع { $ticket } لمشجع آخر
calendar-add = إضافة إلى التقويم
print = طباعة
match-page = المباراة

# Giving tickets back.
refund-begin = إعادة التذاكر
refund-which = أي تذاكر تعيد؟
refund-none-chosen = اختر تذكرة واحدة على الأقل.
refund-go-on = متابعة
refund-heading = { $n ->
    [zero] إعادة التذاكر؟
    [one] إعادة تذكرة واحدة؟
    [two] إعادة تذكرتين؟
    [few] إعادة { $n } تذاكر؟
    [many] إعادة { $n } تذكرة؟
   *[other] إعادة { $n } تذكرة؟
}
refund-sum = يعود إليك
refund-once = لن تفتح التذاكر أي بوابة منذ ذلك الحين، وتعود إلى البيع. لا يمكن التراجع عن ذلك.
refund-days = يعود المال إلى البطاقة التي دفعت. قد يستغرق أيامًا لدى بعض المصارف.
refund-until = يمكن إعادة التذاكر حتى
refund-why = السبب (اختياري)
refund-why-hint = يراه موظفونا بجانب الاسترداد.
refund-act = { $n ->
    [zero] إعادة التذاكر · يعود إليك { $price }
    [one] إعادة تذكرة واحدة · يعود إليك { $price }
    [two] إعادة تذكرتين · يعود إليك { $price }
    [few] إعادة { $n } تذاكر · يعود إليك { $price }
    [many] إعادة { $n } تذكرة · يعود إليك { $price }
   *[other] إعادة { $n } تذكرة · يعود إليك { $price }
}
refund-keep = الاحتفاظ بالتذاكر
refund-not-title = لا يمكن إعادة هذه التذاكر الآن
refund-not-text = إحداها مستعملة أو مباعة أو معروضة أو موقوفة، أو تغيّر الطلب في هذه الأثناء.
refund-until-was = كان من الممكن إعادة تذاكر هذه المباراة حتى

# All orders.
orders-heading = تذاكري
orders-lead = الحجوزات والتذاكر والطلبات، الأحدث أولًا.
orders-waiting = { $n ->
    [zero] بانتظارك
    [one] بانتظارك
    [two] بانتظارك
    [few] بانتظارك
    [many] بانتظارك
   *[other] بانتظارك
}
orders-others = التذاكر والطلبات السابقة
orders-empty = لا تذاكر بعد
orders-empty-text = ما تحجزه وتشتريه يُحفظ هنا، من الدقيقة الأولى إلى يوم المباراة.
orders-find = البحث عن مباراة
orders-end = لا يوجد أقدم من ذلك.
orders-pay = ادفع
orders-pay-of = ادفع { $fixture }
orders-go-on = متابعة
orders-go-on-of = متابعة دفع { $fixture }
orders-from-fan = من مشجع آخر
orders-pages = المزيد من الطلبات
orders-newest = الأحدث
orders-older = الأقدم

# On the page of a match, where nothing could be held.
only-some-title = لا يتوفر هذا العدد الآن
only-some = { $n ->
    [zero] لا يمكن حجز أي تذكرة الآن. انتظر، فقد يعود بعضها.
    [one] يمكن حجز تذكرة واحدة فقط الآن. اختر عددًا أقل أو انتظر، فقد يعود بعضها.
    [two] يمكن حجز تذكرتين فقط الآن. اختر عددًا أقل أو انتظر، فقد يعود بعضها.
    [few] يمكن حجز { $n } تذاكر فقط الآن. اختر عددًا أقل أو انتظر، فقد يعود بعضها.
    [many] يمكن حجز { $n } تذكرة فقط الآن. اختر عددًا أقل أو انتظر، فقد يعود بعضها.
   *[other] يمكن حجز { $n } تذكرة فقط الآن. اختر عددًا أقل أو انتظر، فقد يعود بعضها.
}
limit-reached = لديك { $has } من أصل { $limit } من تذاكر هذه المباراة على الأكثر، محجوزة أو مشتراة.
limit-orders = عرض تذاكري

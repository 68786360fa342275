# سوق المشجعين.
resale-title = من مشجعين آخرين
resale-heading = تذاكر من مشجعين آخرين
resale-description = تذاكر يعرضها مشجعون على مشجعين بأسعار يحدّها الموقع، مع تذكرة جديدة لمن يشتري.
resale-intro = يعرضها مشجعون بأسعار يحدّها الموقع. من يشتري تذكرة يحصل على تذكرة جديدة، والقديمة لا تفتح أي بوابة بعد ذلك.
resale-sell-yours = اعرض تذكرة
resale-filter = تصفية وترتيب
resale-offers = العروض
resale-match = المباراة
resale-category = الفئة
resale-from = السعر من
resale-to = السعر إلى
resale-bound-wrong = لم يُؤخذ به: اكتب مبلغًا مثل { $example }.
resale-sort = الترتيب
resale-sort-cheapest = الأرخص
resale-sort-dearest = الأغلى
resale-sort-newest = الأحدث
resale-sort-oldest = الأقدم
resale-apply = أظهر العروض
resale-pages = بقية القائمة
resale-more = عروض أخرى
resale-closed = لا إعادة بيع هنا
resale-closed-text = لا يمكن للمشجعين في هذا الموقع بيع تذاكرهم لمشجعين آخرين.
resale-none = لا أحد يعرض تذكرة الآن
resale-none-text = تظهر العروض هنا من تلقاء نفسها ما دامت الصفحة مفتوحة. وقد تبقى للمباريات تذاكر في البيع المباشر.
resale-none-fits = لا عرض يناسب اختيارك
resale-none-fits-text = قلّل عوامل التصفية: أي فئة، أو نطاق سعر أوسع.
resale-new-offers = { $n ->
    [zero] لا عروض جديدة
    [one] عرض جديد واحد
    [two] عرضان جديدان
    [few] { $n } عروض جديدة
    [many] { $n } عرضًا جديدًا
   *[other] { $n } عرض جديد
}
resale-open = متاحة
resale-locked = قيد الشراء
resale-sold = بيعت
resale-withdrawn = سُحبت
resale-new-price = سعر جديد
resale-by = يعرضها
resale-seller-unnamed = أحد المشجعين
resale-outside = صادرة عن جهة أخرى
resale-clock = { $clock } { $offset }
resale-locked-note = يشتريها مشجع آخر. إن لم يدفع عادت إلى السوق.
resale-locked-until = يشتريها مشجع آخر، حتى { $time } على الأكثر. إن لم يدفع عادت إلى السوق.
resale-order = احجزها
resale-own = عرضك

# عرض واحد.
resale-crumbs = موضع هذه الصفحة
resale-all = كل العروض
resale-offered-as = وصف البائع
resale-details = التفاصيل
resale-seller = البائع
resale-issued = التذكرة
resale-issued-here = صادرة عن هذا الموقع: تحصل على تذكرة جديدة باسمك، وتذكرة البائع لا تفتح شيئًا بعد ذلك.
resale-issued-elsewhere = صادرة عن جهة أخرى
resale-outside-title = لم تصدر هذه التذكرة هنا
resale-outside-text = يسلّمك البائع التذكرة بنفسه. لا يستطيع هذا الموقع التحقق منها، ولن يظهر لها رمز في حسابك. فكّر هل تثق بالبائع قبل أن تدفع.
resale-offer-description = { $fixture }، { $category }، من مشجع آخر بسعر { $price }.
resale-order-for = { $minutes ->
    [zero] احجزها
    [one] احجزها لمدة دقيقة
    [two] احجزها لمدة دقيقتين
    [few] احجزها لمدة { $minutes } دقائق
    [many] احجزها لمدة { $minutes } دقيقة
   *[other] احجزها لمدة { $minutes } دقيقة
}
resale-pays = هذا كل ما تدفعه: رسوم الموقع داخلة فيه ويتحملها البائع.
resale-hold = { $minutes ->
    [zero] تُحجز لك حتى تدفع؛ الآن يكون ذلك حتى { $time }.
    [one] تُحجز لك دقيقة لتدفع؛ الآن يكون ذلك حتى { $time }.
    [two] تُحجز لك دقيقتين لتدفع؛ الآن يكون ذلك حتى { $time }.
    [few] تُحجز لك { $minutes } دقائق لتدفع؛ الآن يكون ذلك حتى { $time }.
    [many] تُحجز لك { $minutes } دقيقة لتدفع؛ الآن يكون ذلك حتى { $time }.
   *[other] تُحجز لك { $minutes } دقيقة لتدفع؛ الآن يكون ذلك حتى { $time }.
}
resale-nothing-charged = لن يُخصم شيء الآن. إن لم تدفع عادت إلى السوق.
resale-sign-in = سيُطلب منك تسجيل الدخول أولًا.
resale-own-text = أنت من يعرض هذه التذكرة. هكذا يراها الآخرون.
resale-sold-text = اشتراها مشجع آخر.
resale-withdrawn-text = سحبها البائع.
resale-others = عروض أخرى لهذه المباراة
resale-not-ordered = لم تُحجز
resale-refused-own = هذا عرضك أنت، ولا يمكنك شراؤه.
resale-refused-limit = { $most ->
    [zero] لديك { $has } من العروض المحجوزة غير المدفوعة. ادفع أحدها أو اتركه أولًا.
    [one] لديك { $has } من العروض المحجوزة غير المدفوعة، والمسموح عرض واحد. ادفعه أو اتركه أولًا.
    [two] لديك { $has } من العروض المحجوزة غير المدفوعة، والمسموح عرضان. ادفع أحدهما أو اتركه أولًا.
    [few] لديك { $has } من العروض المحجوزة غير المدفوعة، والمسموح { $most } عروض. ادفع أحدها أو اتركه أولًا.
    [many] لديك { $has } من العروض المحجوزة غير المدفوعة، والمسموح { $most } عرضًا. ادفع أحدها أو اتركه أولًا.
   *[other] لديك { $has } من العروض المحجوزة غير المدفوعة، والمسموح { $most } عرض. ادفع أحدها أو اتركه أولًا.
}
resale-to-orders = تذاكري وطلباتي
resale-refused-again = سبقك مشجع آخر ثم تركها. يمكنك حجزها الآن.
resale-refused-changed = غيّر البائع العرض وأنت تنظر إليه. سعره الآن { $price }، ولم يُحجز شيء.
resale-refused-over = انتهت عروض هذه المباراة.
resale-refused-locked = سبقك مشجع آخر. إن لم يدفع عادت إلى السوق.
resale-refused-sold = اشتراها مشجع آخر وأنت تنظر إليها.
resale-refused-withdrawn = سحبها البائع وأنت تنظر إليها.

# عرض تذكرة.
sell-page-title = اعرض تذكرة
sell-choose = أي تذكرة تعرض؟
sell-choose-text = هذه تذاكرك الصالحة. ما دامت التذكرة معروضة فهي لا تفتح أي بوابة.
sell-to-sales = عروضي ومدفوعاتي
sell-none = ليست لديك تذكرة تعرضها
sell-none-text = يمكن عرض التذكرة بعد دفع ثمنها، إلى أن تُستخدم أو تُباع أو يُعاد ثمنها.
sell-more = تذاكر أخرى
sell-paid = دفعت
sell-paid-price = دفعت { $price }
sell-seat = التذكرة { $n }
sell-this = اعرض هذه
sell-frozen = موقوفة
sell-frozen-text = يوقف فريقنا هذه التذكرة حاليًا. راسلنا قبل أن تعرضها.
sell-others = تذاكري الأخرى
sell-heading = اعرض تذكرتك
sell-title = العنوان
sell-title-hint = أول ما يقرؤه الآخرون، مثل «خلف المرمى، الصف 4».
sell-title-missing = اكتب عنوانًا، مثل «خلف المرمى، الصف 4».
sell-title-long = اكتب عنوانًا من حرف إلى { $most } من الحروف في سطر واحد.
sell-description = التفاصيل
sell-description-hint = إن شئت: أين المقعد ولماذا تبيع. { $most } من الحروف على الأكثر.
sell-description-long = اختصر التفاصيل إلى { $most } من الحروف.
sell-price = السعر بعملة { $currency }
sell-price-hint = ما يدفعه المشتري، مثل { $example }.
sell-price-bounds = ما يدفعه المشتري: من { $least } إلى { $most } في هذه الفئة.
sell-price-missing = اكتب سعرًا، مثل { $example }.
sell-price-wrong = اكتب السعر مبلغًا، مثل { $example }.
sell-price-precise = اكتب السعر بمنزلتين عشريتين على الأكثر، مثل { $example }.
sell-price-zero = يجب أن يكون السعر أكبر من صفر.
sell-price-refused = هذا السعر خارج ما يسمح به الموقع في هذه الفئة. ابقَ قريبًا من سعر التذكرة الأول.
sell-price-bounds-wrong = يجب أن يكون السعر بين { $least } و{ $most } في هذه الفئة.
sell-review = أظهر الرسوم وما تحصل عليه
sell-review-text = لم يُعرض شيء بعد.
sell-check = راجع عرضك
sell-buyer-pays = يدفع المشتري
sell-fee = يحتفظ الموقع بنسبة { $percent }٪
sell-payout = تحصل على
sell-act-for = اعرضها بسعر { $price } · تحصل على { $payout }
sell-edit = غيّر شيئًا
sell-what-happens = ماذا يحدث بعد ذلك
sell-code-dies = منذ ذلك الحين لا يفتح رمز تذكرتك أي بوابة، لا على الشاشة ولا على الورق.
sell-can-withdraw = يمكنك سحبها ما لم يشترها أحد، وعندها تحصل على رمز جديد.
sell-can-withdraw-outside = يمكنك سحب العرض ما لم يشترِه أحد.
sell-paid-out = حين تُباع يُدفع لك السعر بعد خصم الرسوم.
sell-conflict = لا يمكن عرض التذكرة على حالها: ربما هي معروضة، أو بدأت مباراتها، أو بلغت عروضك العدد المسموح.
sell-choose-one = اختر
sell-match-missing = اختر مباراة التذكرة.
sell-category-missing = اختر فئة التذكرة.
sell-outside-link = اعرض تذكرة صادرة عن جهة أخرى
sell-outside-heading = اعرض تذكرة من جهة أخرى
sell-outside-text = تسلّمها للمشتري بنفسك. اذكر في التفاصيل ما هي وكيف يتسلّمها.
sell-outside-closed = هذا الموقع يعيد بيع تذاكره وحدها.
sell-not = لا يمكن عرض هذه التذكرة
sell-not-listed = أنت تعرضها بالفعل.
sell-not-sold = بعتها لمشجع آخر.
sell-not-used = دخل بها شخص.
sell-not-refunded = أعدتها واسترددت ثمنها.

# عروضي.
sales-title = عروضي
sales-heading = عروضي
sales-all = عروضي
sales-offer-more = اعرض تذكرة
sales-offer-first = اختر تذكرة لتعرضها
sales-none = لم تعرض شيئًا بعد
sales-none-text = إن لم تستطع الحضور فقد يستطيع مشجع آخر: اختر إحدى تذاكرك وحدد سعرًا.
sales-live = في السوق
sales-live-none = ليس لك شيء في السوق.
sales-figures = السعر { $price } · الرسوم { $fee } · تحصل على { $payout }
sales-locked = يشتريها أحد المشجعين.
sales-locked-until = يشتريها أحد المشجعين، حتى { $time } على الأكثر.
sales-is-withdrawing = أنت تسحبها: تغادر السوق حالما يفشل الدفع الجاري.
sales-change = تعديل
sales-withdraw = سحب
sales-earlier = ما بيع وما سُحب
sales-earlier-more = عروض أقدم
sales-payouts = ما يُدفع لك
sales-payouts-none = حين يُباع شيء يظهر هنا ما تحصل عليه.
sales-payouts-more = مدفوعات أقدم
sales-total-due = في الطريق إليك
sales-total-paid = دُفع لك
sales-nothing = لا شيء
sales-of = { $n ->
    [zero] من دون مبيعات
    [one] من بيع واحد
    [two] من بيعين
    [few] من { $n } مبيعات
    [many] من { $n } بيعًا
   *[other] من { $n } بيع
}
sales-of-newest = { $n ->
    [zero] من دون مبيعات
    [one] من أحدث بيع لك
    [two] من أحدث بيعين لك
    [few] من أحدث { $n } مبيعات لك
    [many] من أحدث { $n } بيعًا لك
   *[other] من أحدث { $n } بيع لك
}
sales-ticket = التذكرة
sales-price = السعر
sales-fee = الرسوم
sales-payout = تحصل على
sales-status = الحالة
sales-paid = دُفع
sales-due = في الطريق
sales-offered = هي الآن في السوق:
sales-changed = تم التعديل:
sales-withdrawn = عادت لك وحدك برمز جديد:
sales-withdrawing = تغادر السوق حالما يفشل الدفع الجاري:
sales-to-tickets = أظهر تذاكري
sales-change-heading = عدّل عرضك
sales-price-hint = ما يدفعه المشتري، والرسوم تتبعه.
sales-save = احفظ التعديلات
sales-as-seen = كما يراها الآخرون
sales-fixed = يشتريها أحد المشجعين: لا يمكن تعديلها الآن.
sales-fixed-until = يشتريها أحد المشجعين، حتى { $time } على الأكثر. لا يمكن تعديلها قبل ذلك.
sales-fixed-sold = بيعت.
sales-fixed-withdrawn = سحبتها.
sales-not-changed = لم يُعدَّل شيء
sales-newest = عُدّل العرض في مكان آخر في هذه الأثناء. يُظهر النموذج حاله الآن، وهذا ما كنت قد أدخلته:
withdraw-heading = هل تسحب هذا العرض؟
withdraw-over = هذا العرض
withdraw-text = يغادر السوق فورًا، وتعود تذكرتك صالحة برمز جديد. التذاكر المطبوعة بالرمز القديم تبقى بلا قيمة.
withdraw-text-outside = يغادر السوق فورًا.
withdraw-text-locked = طلبها أحد المشجعين. إن لم يبدأ الدفع انتهى طلبه وعادت التذكرة لك. وإن كان يدفع فلا تغادر السوق إلا إذا فشل ذلك الدفع.
withdraw-act = اسحبه
withdraw-keep = أبقه في السوق
withdraw-not = لم يُسحب
withdraw-changed = تغيّر العرض في هذه الأثناء. هذا حاله الآن.

# قائمة المباريات وصفحة المباراة.
matches-title = المباريات
matches-heading = { $n ->
    [zero] لا مباريات
    [one] مباراة واحدة وتذاكر واحدة للجميع
    [two] مباراتان وتذاكر واحدة للجميع
    [few] { $n } مباريات وتذاكر واحدة للجميع
    [many] { $n } مباراة وتذاكر واحدة للجميع
   *[other] { $n } مباراة وتذاكر واحدة للجميع
}
matches-description = تذاكر جميع المباريات ({ $n }) بالسعر الرسمي. يظهر ما تبقى منها مباشرة.
matches-live = يتحدث ما تبقى في هذه الصفحة مباشرة.
facts-changed = تغيّرت فرق أو مواعيد أو ملاعب.
facts-show-now = عرضها كما هي الآن
filter-stage = المجموعة أو الدور
filter-team = الفريق
filter-venue = الملعب
filter-day = اليوم
filter-any = الكل
filter-status = المتاح الآن
filter-apply = عرض
filter-clear = عرض الكل
matches-none = لا توجد مباراة مطابقة
matches-none-text = جرّب خيارات أقل: يومًا آخر أو أي ملعب.
matches-empty = لا مباريات بعد
matches-empty-text = لم تصل قائمة المباريات بعد. عد بعد لحظات.
left = { $n ->
    [zero] لم يبقَ شيء
    [one] بقيت واحدة
    [two] بقيت اثنتان
    [few] بقيت { $n }
    [many] بقيت { $n }
   *[other] بقيت { $n }
}
on-hold = محجوزة
sold-out = نفدت
sale-closed = انتهى البيع
choose = اختر
choose-of = اختر تذاكر { $fixture }
from-fans = من المشجعين
from-fans-of = تذاكر من المشجعين لمباراة { $fixture }
match-number = المباراة { $n }
match-description = { $fixture }، { $day }، { $venue }. التذاكر ابتداءً من { $price }.
choose-category = اختر فئة
how-many = العدد
hold-button = احجز لمدة { $minutes } دقيقة
hold-act = { $n ->
    [zero] احجز لمدة { $minutes } دقيقة · { $price }
    [one] احجز تذكرة واحدة لمدة { $minutes } دقيقة · { $price }
    [two] احجز تذكرتين لمدة { $minutes } دقيقة · { $price }
    [few] احجز { $n } تذاكر لمدة { $minutes } دقيقة · { $price }
    [many] احجز { $n } تذكرة لمدة { $minutes } دقيقة · { $price }
   *[other] احجز { $n } تذكرة لمدة { $minutes } دقيقة · { $price }
}
nothing-charged = لن يُخصم شيء الآن. التذاكر غير المدفوعة تعود إلى البيع.
note-held = يدفع آخرون ثمن ما تبقى. قد يعود بعضها خلال { $minutes } دقيقة.
note-sold-out = لم يبقَ شيء. قد يعرض مشجعون آخرون تذاكرهم.
note-closed = انتهى بيع تذاكر هذه المباراة.
other-fans = من مشجعين آخرين
other-fans-none = لا عروض لهذه المباراة الآن.
other-fans-all = كل العروض
offer-line = { $category } · تذكرة واحدة
announce = { $fixture }، { $category }: { $state }
announce-many = { $n ->
    [zero] لم يتغير المتاح
    [one] تغير المتاح في فئة واحدة
    [two] تغير المتاح في فئتين
    [few] تغير المتاح في { $n } فئات
    [many] تغير المتاح في { $n } فئة
   *[other] تغير المتاح في { $n } فئة
}
live-changed = مباشر، تغير { $ago }
reconnecting = إعادة الاتصال
offline = دون اتصال
sending = لحظة…
as-of-now = عند فتح هذه الصفحة
more-matches = المزيد من المباريات
recommended-title = مقترحة لك
recommended-for = مشجعون من
recommended-of = لمشجعين من { $country }
recommended-choose = اختر بلدك
recommended-why = تظهر أولًا مباريات منتخبك ومنطقتك، وما يشتريه المشجعون من بلدك.
recommended-show = عرض
recommended-instead = قد يعجبك أيضًا
recommended-from = ابتداءً من { $price }
recommended-from-fans = من المشجعين، { $price }
because-your-country = يلعب منتخب { $team }
because-your-region = يلعب منتخب { $team } من منطقتك
because-popular-in-country = مطلوبة لدى المشجعين من { $country }
because-same-team = اخترت { $team } من قبل
because-booked-together = يختارها أيضًا مشجعو { $fixture }
because-nearby = قريبة من { $fixture } التي اخترتها
because-popular = مطلوبة الآن

# البحث: ما يُكتب، وكيف فُهم، وما وُجد.
search-title = بحث
search-hint = اكتب فريقًا أو ملعبًا أو مدينة أو يومًا أو مجموعة، بأي لغة. لا بأس بخطأ إملائي.
search-of = نتائج «{ $query }»
search-corrected = نعرض نتائج «{ $query }».
search-count = { $n ->
    [zero] لا نتائج
    [one] نتيجة واحدة
    [two] نتيجتان
    [few] { $n } نتائج
    [many] { $n } نتيجة
   *[other] { $n } نتيجة
}
search-all = { $n ->
    [zero] عرض النتائج
    [one] عرض النتيجة
    [two] عرض النتيجتين
    [few] عرض كل النتائج ({ $n })
    [many] عرض كل النتائج ({ $n })
   *[other] عرض كل النتائج ({ $n })
}
search-more = المزيد من النتائج
search-pages = بقية هذه القائمة
search-from-fan = { $category } من مشجع بسعر { $price }
search-gone = ما وُجد هنا بيع قبل لحظات.

# التصفية والترتيب.
search-filter = التصفية والترتيب
search-apply = عرض النتائج
search-chosen = عوامل التصفية
search-without = إزالة عامل التصفية
search-unfiltered = إزالة كل عوامل التصفية
search-sort = الترتيب
search-sort-best = الأقرب إلى بحثك
search-sort-soonest = المباريات القادمة أولًا
search-sort-cheapest = السعر الأدنى
search-sort-dearest = السعر الأعلى
search-by-team = الفريق
search-by-venue = الملعب
search-by-round = الدور
search-by-group = المجموعة
search-by-category = الفئة
search-by-price = السعر
search-by-available = التوفر
search-by-source = البائع
search-available = متاحة
search-on-hold = محجوزة
search-sold-out = نفدت
search-closed = انتهى البيع
search-stock = تذاكر رسمية
search-resale = من المشجعين
search-price-below = أقل من { $below }
search-price-between = من { $from } إلى { $below }
search-price-from = { $from } فأكثر

# لا نتائج.
search-nothing = لا نتائج
search-none-fits = توجد نتائج، لكن ليس بعوامل التصفية هذه.
search-nothing-like = لا توجد مباراة ولا تذكرة تشبه هذا. راجع الكتابة أو استخدم كلمات أقل.
search-not-playing = لا توجد هنا مباراة يشارك فيها { $teams }.
search-comma = ، { "" }
search-try = جرّب أحد هذه:

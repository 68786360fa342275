# أعداد وأيام وأوقات.
tickets = { $n ->
    [zero] لا تذاكر
    [one] تذكرة واحدة
    [two] تذكرتان
    [few] { $n } تذاكر
    [many] { $n } تذكرة
   *[other] { $n } تذكرة
}
weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
day-of-month = { $weekday } { $day } { $month }
day-of-year = { $weekday } { $day } { $month } { $year }
date-and-clock = { $day } { $month } { $year }، { $clock }

# كيف تسمى المباراة.
stage-group = المجموعة { $group }
stage-round = { $round ->
    [1] الجولة 1
    [2] الجولة 2
    [3] الجولة 3
    [4] دور الستة عشر
    [5] ربع النهائي
    [6] نصف النهائي
    [7] النهائيات
   *[other] الدور { $round }
}
versus = ×
versus-long = { $home } × { $away }
category = الفئة { $n }

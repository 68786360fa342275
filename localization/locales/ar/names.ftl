# منتخبات لا تُسمى باسم بلدها، ومواضع منتخبات لم تُعرف بعد.
team-cgo = الكونغو
team-civ = ساحل العاج
team-cod = الكونغو الديمقراطية
team-eng = إنجلترا
team-hkg = هونغ كونغ
team-kos = كوسوفو
team-ksa = السعودية
team-mac = ماكاو
team-mya = ميانمار
team-nir = أيرلندا الشمالية
team-ple = فلسطين
team-sco = اسكتلندا
team-tah = تاهيتي
team-tpe = الصين تايبيه
team-uae = الإمارات
team-wal = ويلز

team-to-be-announced = يُعلن لاحقًا
team-winner-of-group = أول المجموعة { $group }
team-runner-up-of-group = ثاني المجموعة { $group }
team-third-of-groups = ثالث المجموعة { $group }
team-winner-of-match = الفائز في المباراة { $n }
team-loser-of-match = الخاسر في المباراة { $n }

# الملاعب والمدن.
venue-to-be-announced = يُعلن الملعب لاحقًا
venue-al-bayt-stadium = استاد البيت
venue-al-thumama-stadium = استاد الثمامة
venue-al-janoub-stadium = استاد الجنوب
venue-ahmad-bin-ali-stadium = استاد أحمد بن علي
venue-education-city-stadium = استاد المدينة التعليمية
venue-khalifa-international-stadium = استاد خليفة الدولي
venue-lusail-stadium = استاد لوسيل
venue-stadium-974 = استاد 974
venue-doha = الدوحة
venue-al-khor = الخور
venue-al-rayyan = الريان
venue-al-wakrah = الوكرة
venue-lusail = لوسيل

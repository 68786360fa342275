# Teams that are not called as their country is, and places of teams that are not known yet.
team-cgo = Congo
team-civ = Ivory Coast
team-cod = DR Congo
team-eng = England
team-hkg = Hong Kong
team-kos = Kosovo
team-ksa = Saudi Arabia
team-mac = Macau
team-mya = Myanmar
team-nir = Northern Ireland
team-ple = Palestine
team-sco = Scotland
team-tah = Tahiti
team-tpe = Chinese Taipei
team-uae = United Arab Emirates
team-wal = Wales

team-to-be-announced = To be announced
team-winner-of-group = Winner of group { $group }
team-runner-up-of-group = Runner-up of group { $group }
team-third-of-groups = Third of group { $group }
team-winner-of-match = Winner of match { $n }
team-loser-of-match = Loser of match { $n }

# Stadiums and cities.
venue-to-be-announced = Stadium to be announced
venue-al-bayt-stadium = Al Bayt Stadium
venue-al-thumama-stadium = Al Thumama Stadium
venue-al-janoub-stadium = Al Janoub Stadium
venue-ahmad-bin-ali-stadium = Ahmad Bin Ali Stadium
venue-education-city-stadium = Education City Stadium
venue-khalifa-international-stadium = Khalifa International Stadium
venue-lusail-stadium = Lusail Stadium
venue-stadium-974 = Stadium 974
venue-doha = Doha
venue-al-khor = Al Khor
venue-al-rayyan = Al Rayyan
venue-al-wakrah = Al Wakrah
venue-lusail = Lusail

# Équipes qui ne s’appellent pas comme leur pays, et places d’équipes encore inconnues.
team-cgo = Congo
team-civ = Côte d’Ivoire
team-cod = RD Congo
team-eng = Angleterre
team-hkg = Hong Kong
team-kos = Kosovo
team-ksa = Arabie saoudite
team-mac = Macao
team-mya = Myanmar
team-nir = Irlande du Nord
team-ple = Palestine
team-sco = Écosse
team-tah = Tahiti
team-tpe = Taipei chinois
team-uae = Émirats arabes unis
team-wal = Pays de Galles

team-to-be-announced = À annoncer
team-winner-of-group = Premier du groupe { $group }
team-runner-up-of-group = Deuxième du groupe { $group }
team-third-of-groups = Troisième du groupe { $group }
team-winner-of-match = Vainqueur du match { $n }
team-loser-of-match = Perdant du match { $n }

# Stades et villes.
venue-to-be-announced = Stade à annoncer
venue-al-bayt-stadium = Stade Al Bayt
venue-al-thumama-stadium = Stade Al Thumama
venue-al-janoub-stadium = Stade Al Janoub
venue-ahmad-bin-ali-stadium = Stade Ahmad bin Ali
venue-education-city-stadium = Stade de la Cité de l’éducation
venue-khalifa-international-stadium = Stade international Khalifa
venue-lusail-stadium = Stade de Lusail
venue-stadium-974 = Stade 974
venue-doha = Doha
venue-al-khor = Al Khor
venue-al-rayyan = Al Rayyan
venue-al-wakrah = Al Wakrah
venue-lusail = Lusail

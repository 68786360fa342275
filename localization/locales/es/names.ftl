# Selecciones que no se llaman como su país, y puestos de equipos que aún no se conocen.
team-cgo = Congo
team-civ = Costa de Marfil
team-cod = RD del Congo
team-eng = Inglaterra
team-hkg = Hong Kong
team-kos = Kosovo
team-ksa = Arabia Saudí
team-mac = Macao
team-mya = Myanmar
team-nir = Irlanda del Norte
team-ple = Palestina
team-sco = Escocia
team-tah = Tahití
team-tpe = China Taipéi
team-uae = Emiratos Árabes Unidos
team-wal = Gales

team-to-be-announced = Por anunciar
team-winner-of-group = Primero del grupo { $group }
team-runner-up-of-group = Segundo del grupo { $group }
team-third-of-groups = Tercero del grupo { $group }
team-winner-of-match = Ganador del partido { $n }
team-loser-of-match = Perdedor del partido { $n }

# Estadios y ciudades.
venue-to-be-announced = Estadio por anunciar
venue-al-bayt-stadium = Estadio Al Bayt
venue-al-thumama-stadium = Estadio Al Thumama
venue-al-janoub-stadium = Estadio Al Janoub
venue-ahmad-bin-ali-stadium = Estadio Áhmad bin Ali
venue-education-city-stadium = Estadio Ciudad de la Educación
venue-khalifa-international-stadium = Estadio Internacional Khalifa
venue-lusail-stadium = Estadio de Lusail
venue-stadium-974 = Estadio 974
venue-doha = Doha
venue-al-khor = Al Jor
venue-al-rayyan = Al Rayán
venue-al-wakrah = Al Wakrah
venue-lusail = Lusail

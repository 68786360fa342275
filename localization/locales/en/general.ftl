# Numbers, days and times.
tickets = { $n ->
    [one] { $n } ticket
   *[other] { $n } tickets
}
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
day-of-month = { $weekday } { $day } { $month }
day-of-year = { $weekday }, { $day } { $month } { $year }
date-and-clock = { $day } { $month } { $year }, { $clock }

# What a match is called by.
stage-group = Group { $group }
stage-round = { $round ->
    [1] Matchday 1
    [2] Matchday 2
    [3] Matchday 3
    [4] Round of 16
    [5] Quarter-finals
    [6] Semi-finals
    [7] Finals
   *[other] Round { $round }
}
versus = v
versus-long = { $home } v { $away }
category = Category { $n }

# The list of matches, and the page of a match.
matches-title = Matches
matches-heading = { $n ->
    [one] { $n } match, one stock of tickets
   *[other] { $n } matches, one stock of tickets
}
matches-description = Tickets for all { $n } matches, at the official price, with live availability.
matches-live = Availability on this page is live.
facts-changed = Teams, times or places have changed.
facts-show-now = Show the changes
filter-stage = Group or round
filter-team = Team
filter-venue = Stadium
filter-day = Day
filter-any = Any
filter-status = Available now
filter-apply = Show
filter-clear = Show all
matches-none = No matches found
matches-none-text = Try fewer filters: another day, or any stadium.
matches-empty = No matches yet
matches-empty-text = The list of matches is not available yet. Try again in a moment.
left = { $n ->
    [one] { $n } left
   *[other] { $n } left
}
on-hold = on hold
sold-out = sold out
sale-closed = sale closed
choose = Choose
choose-of = Choose tickets for { $fixture }
from-fans = From fans
from-fans-of = Tickets from fans for { $fixture }
match-number = Match { $n }
match-description = { $fixture } on { $day } at { $venue }. Tickets from { $price }.
choose-category = Choose a category
how-many = How many
hold-button = Hold for { $minutes } minutes
hold-act = { $n ->
    [one] Hold { $n } ticket for { $minutes } minutes · { $price }
   *[other] Hold { $n } tickets for { $minutes } minutes · { $price }
}
nothing-charged = Nothing is charged yet. Unpaid tickets go back on sale.
note-held = Others are paying for the last tickets. Some may become available within { $minutes } minutes.
note-sold-out = No tickets are left. Other fans may offer theirs.
note-closed = Sales for this match have ended.
other-fans = From other fans
other-fans-none = No offers for this match right now.
other-fans-all = See all offers
offer-line = { $category } · 1 ticket
announce = { $fixture }, { $category }: { $state }
announce-many = { $n ->
    [one] Availability changed in { $n } category
   *[other] Availability changed in { $n } categories
}
live-changed = live, changed { $ago }
reconnecting = reconnecting
offline = offline
sending = One moment…
as-of-now = as of when you opened this page
more-matches = More matches
recommended-title = Recommended for you
recommended-for = Fans from
recommended-of = for fans from { $country }
recommended-choose = Choose your country
recommended-why = Matches of your team and your region come first, and those that fans from your country buy.
recommended-show = Show
recommended-instead = You may also like
recommended-from = from { $price }
recommended-from-fans = from fans, { $price }
because-your-country = { $team } plays
because-your-region = { $team } plays, a team of your region
because-popular-in-country = Popular with fans from { $country }
because-same-team = You chose { $team } before
because-booked-together = Fans of { $fixture } choose it too
because-nearby = Near { $fixture }, which you chose
because-popular = Popular right now

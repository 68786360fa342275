# The list of matches, and the page of a match.
matches-title = Matches
matches-heading = { $n ->
    [one] { $n } match, one stock of tickets
   *[other] { $n } matches, one stock of tickets
}
matches-description = Tickets for all { $n } matches, at the official price. What is left is shown live.
matches-live = What is left on this page is live.
facts-changed = Teams, times or places have changed.
facts-show-now = Show them as they are now
filter-stage = Group or round
filter-team = Team
filter-venue = Stadium
filter-day = Day
filter-any = Any
filter-status = Available now
filter-apply = Show
filter-clear = Show all
matches-none = No match fits
matches-none-text = Try fewer filters: another day, or any stadium.
matches-empty = No matches yet
matches-empty-text = The list of matches has not come in yet. Look again in a moment.
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
note-held = Others are paying for what is left. Some may come back within { $minutes } minutes.
note-sold-out = Nothing is left. Other fans may offer theirs.
note-closed = The sale of this match is over.
other-fans = From other fans
other-fans-none = No offers for this match just now.
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
as-of-now = as of opening this page
more-matches = More matches

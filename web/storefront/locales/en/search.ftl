# Search: what is typed, what it was understood as, and what was found.
search-title = Search
search-hint = Type a team, a stadium, a city, a day or a group, in any language. Spelling may be off.
search-of = Results for “{ $query }”
search-corrected = Showing results for “{ $query }”.
search-count = { $n ->
    [0] No results
    [one] { $n } result
   *[other] { $n } results
}
search-all = { $n ->
    [one] Show the result
   *[other] Show all { $n } results
}
search-more = More results
search-pages = More of this list
search-from-fan = { $category } from a fan for { $price }
search-gone = What was found here has just been bought.

# Filters and order.
search-filter = Filter and sort
search-apply = Show results
search-chosen = Filters
search-without = Remove the filter
search-unfiltered = Remove all filters
search-sort = Order
search-sort-best = Best match
search-sort-soonest = Next to kick off
search-sort-cheapest = Lowest price
search-sort-dearest = Highest price
search-by-team = Team
search-by-venue = Stadium
search-by-round = Round
search-by-group = Group
search-by-category = Category
search-by-price = Price
search-by-available = Availability
search-by-source = Seller
search-available = Available
search-on-hold = On hold
search-sold-out = Sold out
search-closed = Sale closed
search-stock = Official tickets
search-resale = From fans
search-price-below = Under { $below }
search-price-between = { $from } to { $below }
search-price-from = { $from } and more

# Nothing found.
search-nothing = Nothing found
search-none-fits = There are results, but none with these filters.
search-nothing-like = No match and no ticket is like this. Check the spelling, or use fewer words.
search-not-playing = There is no match with { $teams } here.
search-comma = , { "" }
search-try = Try one of these:

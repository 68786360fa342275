-- Tickets sold of each category, by the country of the fans.
select country, category, sum(quantity - returned) as tickets
from bookings where status = 'RESERVED' group by all order by tickets desc, country, category;

-- Placed and paid by day.
select cast(placed_at as date) as day, count(*) as placed, count(*) filter (where status = 'RESERVED') as paid
from bookings group by all order by day;

# TOPIC is the ticket-sales topic, SITE the CLIENT_ID. Each record: its headers, then what it says.
kcat -C -b "$KAFKA_BROKERS" -t "$TOPIC" -o beginning -e -q -f '%h %s\n' | grep "clientId=$SITE," | grep TICKET_RESERVED > sold.txt || true
grep -o 'reservationId=[0-9a-f-]*' sold.txt | cut -d= -f2 | sort -u > sold.ids
psql "$DATABASE_URL" -Atc "SELECT id FROM reservations WHERE status = 'RESERVED'" | sort > known.ids
# The records of reservations that were sold and that the restored database does not know.
comm -23 sold.ids known.ids | grep -F -f - sold.txt

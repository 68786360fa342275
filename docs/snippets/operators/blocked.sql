-- What was decided about this address or this account, the newest first; kept for 14 days.
SELECT last_at, kind, detail, network, count
FROM security_events
WHERE network::inet >>= :'address' OR user_id = (SELECT id FROM users WHERE email_key = lower(:'email'))
ORDER BY last_at DESC
LIMIT 20;

-- Which rules hold for the address. ALLOW wins over BLOCK.
SELECT network, effect, reason, source, created_at, expires_at
FROM address_rules
WHERE network::inet >>= :'address' AND (expires_at IS NULL OR expires_at > now());

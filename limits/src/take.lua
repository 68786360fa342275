-- Takes from all buckets or from none. KEYS: one a bucket. ARGV: eight numbers a bucket, in the same order: capacity,
-- refill, period (ms), cost, how that is taken (0 at once, 1 as an estimate, 2 as one that is counted and never refused),
-- of reservations that end: how much was reserved, and used, and how much of what was owed is owed no more.
-- Answers 1 or 0 (granted or not), and what each bucket lacks. `now` (ms) is set by the line before.
-- Amounts are tokens times period; all numbers are whole and below 2^53. The same arithmetic as policy.rs.
local GENERATION = 60000
local NUMBERS = 8

local buckets, granted = {}, 1
for i = 1, #KEYS do
  local a = (i - 1) * NUMBERS
  local b = {
    capacity = tonumber(ARGV[a + 1]), refill = tonumber(ARGV[a + 2]), period = tonumber(ARGV[a + 3]),
    cost = tonumber(ARGV[a + 4]), is_estimate = ARGV[a + 5] ~= '0', is_count = ARGV[a + 5] == '2',
    reserved = tonumber(ARGV[a + 6]), used = tonumber(ARGV[a + 7]), back = tonumber(ARGV[a + 8]),
    owed = 0, at = now, held = 0, before = 0, since = now,
  }
  local kept = redis.call('GET', KEYS[i])
  if kept then
    local owed, at, held, before, since = string.match(kept, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    owed, at = tonumber(owed), tonumber(at)
    b.held, b.before, b.since = tonumber(held), tonumber(before), tonumber(since)
    b.at = math.max(now, at)
    local elapsed = b.at - at
    if elapsed < math.ceil(owed / b.refill) then b.owed = owed - elapsed * b.refill end
    local generations = math.floor(math.max(0, b.at - b.since) / GENERATION)
    if b.held + b.before > 0 and generations > 0 then
      b.owed = b.owed + b.before
      b.before, b.held = b.held, 0
      if generations > 1 then
        b.owed = b.owed + b.before
        b.before = 0
      end
      b.since, b.is_older = b.at, true
    end
  end
  local largest = b.capacity * b.period
  if b.reserved > 0 or b.used > 0 then
    local of_held = math.min(b.reserved, b.held)
    b.held = b.held - of_held
    b.before = b.before - math.min(b.reserved - of_held, b.before)
    b.owed = math.min(b.owed + b.used, largest - b.held - b.before)
  end
  if b.back > 0 then b.owed = math.max(0, b.owed - b.back) end
  local total = b.owed + b.held + b.before
  if b.is_count then
    b.cost = math.min(b.cost, math.floor((largest - total) / b.period))
  elseif b.cost > b.capacity or total + b.cost * b.period > largest then
    granted = 0
  end
  buckets[i] = b
end

local answer = { granted }
for i, b in ipairs(buckets) do
  if granted == 1 and b.cost > 0 then
    if b.is_estimate then
      if b.held + b.before == 0 then b.since = b.at end
      b.held = b.held + b.cost * b.period
    else
      b.owed = b.owed + b.cost * b.period
    end
  end
  local total = b.owed + b.held + b.before
  if b.is_older or b.reserved > 0 or b.used > 0 or b.back > 0 or (granted == 1 and b.cost > 0) then
    if total == 0 then
      redis.call('DEL', KEYS[i])
    else
      -- A second longer than until it is full, after its reservations at the latest: then it is as good as absent.
      local life = math.ceil(total / b.refill) + b.at - now + 1000
      if b.held + b.before > 0 then life = life + 2 * GENERATION end
      local state = string.format('%.0f %.0f %.0f %.0f %.0f', b.owed, b.at, b.held, b.before, b.since)
      redis.call('SET', KEYS[i], state, 'PX', string.format('%.0f', life))
    end
  end
  answer[i + 1] = total
end
return answer

//! What both implementations promise: the bound of a policy, and the same decisions at the same moments.

use std::time::Duration;

use proptest::prelude::*;
use redis::Script;

use crate::{
    charge::Charge,
    local::Local,
    policy::{Policy, Settled},
    shared::{SCRIPT, number_of},
    taking::Taking,
};

/// Something that happens to two buckets, some milliseconds after the last thing.
#[derive(Debug, Clone, Copy)]
enum Step {
    Take {
        costs: [u64; 2],
    },
    /// The oldest grant that is still out used this many percent of its estimate.
    Settle {
        used_percent: u64,
    },
    /// So much of what both buckets owe is owed no more.
    GiveBack {
        cost: u64,
    },
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        3 => [0..70_u64, 0..70_u64].prop_map(|costs| Step::Take { costs }),
        2 => (0..=100_u64).prop_map(|used_percent| Step::Settle { used_percent }),
        1 => (0..70_u64).prop_map(|cost| Step::GiveBack { cost }),
    ];
    prop::collection::vec((prop_oneof![Just(0), 0..50_u64, 0..3_000_u64, 0..130_000_u64], step), 1..60)
}

fn policies() -> impl Strategy<Value = [Policy; 2]> {
    let policy = || {
        (1..100_u64, 1..100_u64, 1..5_000_u64)
            .prop_map(|(capacity, refill, ms)| Policy::new(capacity, refill, Duration::from_millis(ms)).expect("small"))
    };
    [policy(), policy()]
}

fn charges(policies: [Policy; 2], costs: [u64; 2], takings: [Taking; 2]) -> Vec<Charge> {
    let charge = |index: usize, name| Charge {
        name,
        key: name.into(),
        policy: policies[index],
        cost: costs[index],
        taking: takings[index],
    };
    vec![charge(0, "user"), charge(1, "address")]
}

const ESTIMATES: [Taking; 2] = [Taking::Estimated; 2];

proptest! {
    #[test]
    fn what_is_granted_and_used_never_exceeds_capacity_and_refill_in_any_span(
        policies in policies(),
        steps in steps(),
    ) {
        let local = Local::new(10);
        let (mut now, mut out, mut used) = (0, Vec::new(), Vec::new());
        for (wait, step) in steps {
            now += wait;
            match step {
                Step::Take { costs } => {
                    if let Ok(grant) = local.take(now, charges(policies, costs, ESTIMATES)) {
                        used.push((now, costs));
                        out.push((used.len() - 1, costs, grant));
                    }
                }
                Step::Settle { used_percent } if !out.is_empty() => {
                    let (place, costs, mut grant) = out.remove(0);
                    let needed = costs[0].max(costs[1]) * used_percent / 100;
                    if !grant.is_late(now) {
                        used[place].1 = costs.map(|cost| cost.min(needed));
                    }
                    local.settle(now, &mut grant, |_| needed);
                }
                // What is given back was never used, and has its own test.
                Step::Settle { .. } | Step::GiveBack { .. } => {}
            }
        }

        for bucket in 0..2 {
            let policy = policies[bucket];
            for (first, &(from, _)) in used.iter().enumerate() {
                let mut sum = 0;
                for &(at, costs) in &used[first..] {
                    sum += costs[bucket];
                    let refilled = (at - from) * policy.refill() / policy.period_ms() + 1;
                    prop_assert!(sum <= policy.capacity() + refilled, "{sum} from {from} to {at} of {policy:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn redis_and_this_process_decide_alike(
        policies in policies(),
        steps in steps(),
        takings in prop::array::uniform2(prop::sample::select(vec![Taking::Once, Taking::Estimated, Taking::Counted])),
    ) {
        let mut redis = redis_connection();
        let script = Script::new(&format!("local now = tonumber(ARGV[#ARGV])\n{SCRIPT}"));
        let tag = uuid::Uuid::new_v4().simple().to_string();
        let local = Local::new(10);
        // The moments of Redis's clock are as long as they are today.
        let (mut now, mut out) = (1_800_000_000_000, Vec::new());
        let mut ask = |now: u64, costs: [u64; 2], settled: [Settled; 2]| {
            let mut call = script.prepare_invoke();
            for (index, policy) in policies.iter().enumerate() {
                call.key(format!("test:{{{tag}}}:{index}"));
                let measure = [policy.capacity(), policy.refill(), policy.period_ms()];
                let Settled { reserved, used, back } = settled[index];
                for number in measure.into_iter().chain([costs[index], number_of(takings[index]), reserved, used, back]) {
                    call.arg(number);
                }
            }
            call.arg(now).invoke::<Vec<u64>>(&mut redis).expect("Redis answers")
        };

        for (wait, step) in steps {
            now += wait;
            match step {
                Step::Take { costs } => {
                    let answer = ask(now, costs, Default::default());
                    match local.take(now, charges(policies, costs, takings)) {
                        Ok(grant) => {
                            prop_assert_eq!(&answer[..], &[&[1][..], &grant.totals].concat()[..]);
                            out.push((costs, grant));
                        }
                        Err(_) => prop_assert_eq!(answer[0], 0),
                    }
                }
                Step::Settle { used_percent } if !out.is_empty() => {
                    let (costs, mut grant) = out.remove(0);
                    if grant.is_late(now) {
                        continue;
                    }
                    let used = costs[0].max(costs[1]) * used_percent / 100;
                    let settled = [0, 1].map(|index: usize| match takings[index] {
                        Taking::Once => Settled::default(),
                        Taking::Estimated | Taking::Counted => grant.charges[index].settled(used),
                    });
                    let answer = ask(now, [0, 0], settled);
                    local.settle(now, &mut grant, |_| used);
                    for (index, total) in grant.totals.iter().enumerate().filter(|(index, _)| takings[*index] != Taking::Once) {
                        prop_assert_eq!(answer[1 + index], *total);
                    }
                }
                Step::GiveBack { cost } => {
                    let back = charges(policies, [cost; 2], takings);
                    let answer = ask(now, [0, 0], [0, 1].map(|index: usize| back[index].given_back()));
                    for (index, charge) in back.iter().enumerate() {
                        local.give_back(now, charge);
                        let stands = local.take(now, vec![Charge { cost: 0, ..charge.clone() }]).expect("it takes nothing");
                        prop_assert_eq!(answer[1 + index], stands.totals[0]);
                    }
                }
                Step::Settle { .. } => {}
            }
        }
    }
}

fn redis_connection() -> redis::Connection {
    let url = std::env::var("REDIS_URL").expect(
        "REDIS_URL is not set, and this test needs a real Redis: run scripts/test, or first `scripts/services up` \
         and `eval \"$(scripts/services env)\"`",
    );
    let client = redis::Client::open(url).expect("it is an address");
    client.get_connection().expect("Redis takes connections")
}

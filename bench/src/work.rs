//! Work: many tasks that do the same again and again until the time is over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{Outcome, figures::Latencies};

/// Before a run is measured it runs for this part of its time.
const WARM_UP: u32 = 5;

/// A load that begins its operations later than this, in milliseconds at p99, measures something else than it says.
const MOST_LATE: f64 = 20.0;

/// What a closed loop did in its measured time.
pub(crate) struct Done {
    pub(crate) count: u64,
    /// With those of the warm-up and of the end.
    pub(crate) begun: u64,
    pub(crate) took: Duration,
    pub(crate) latencies: Latencies,
}

/// `tasks` loops, each of which begins the next `operation` when its last one is done. At most `most` operations are
/// begun; what is under way at the end is waited for.
pub(crate) async fn closed_loop<F>(
    tasks: usize,
    seconds: u64,
    most: u64,
    operation: impl Fn(u64) -> F + Clone + Send + 'static,
) -> Outcome<Done>
where
    F: Future<Output = Outcome> + Send,
{
    let measured = Duration::from_secs(seconds);
    let start = Instant::now() + measured / WARM_UP;
    let end = start + measured;
    let numbers = Arc::new(AtomicU64::new(0));
    let begun = Arc::clone(&numbers);
    let mut running = JoinSet::new();
    for _ in 0..tasks {
        let (operation, numbers) = (operation.clone(), Arc::clone(&numbers));
        running.spawn(async move {
            let mut times = Vec::new();
            loop {
                let begun = Instant::now();
                if begun >= end {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times);
                }
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                if number >= most {
                    return Err(format!("{most} operations were not enough; run for less time").into());
                }
                operation(number).await?;
                let done = Instant::now();
                if done >= start && done < end {
                    times.push(done - begun);
                }
            }
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = running.join_next().await {
        times.extend(ended??);
    }
    Ok(Done {
        count: times.len() as u64,
        begun: begun.load(Ordering::Relaxed),
        took: measured,
        latencies: Latencies::of(times),
    })
}

/// Begins `rate` operations a second, however long each takes; returns how long those took that began in the measured
/// time, each from its beginning to its end.
pub(crate) async fn open_loop<F>(
    rate: u32,
    seconds: u64,
    operation: impl Fn(u64) -> F + Clone + Send + 'static,
) -> Outcome<Latencies>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let measured = Duration::from_secs(seconds);
    let start = Instant::now();
    let warm = start + measured / WARM_UP;
    let end = warm + measured;
    let mut running = JoinSet::new();
    let mut times = Vec::new();
    let mut late = Vec::new();
    for number in 0_u32.. {
        let due = start + Duration::from_secs(1) * number / rate;
        if due >= end {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let begun = Instant::now();
        late.push(begun - due);
        let operation = operation(u64::from(number));
        running.spawn(async move { operation.await.map(|()| (begun >= warm).then(|| begun.elapsed())) });
        while let Some(ended) = running.try_join_next() {
            times.extend(ended??);
        }
    }
    while let Some(ended) = running.join_next().await {
        times.extend(ended??);
    }
    let late = Latencies::of(late);
    if late.percentile(99) > MOST_LATE {
        return Err(format!("the load came late, {late}: this machine is too busy for {rate} a second").into());
    }
    Ok(Latencies::of(times))
}

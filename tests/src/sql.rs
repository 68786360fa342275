//! Statements counted where nobody can hide one: on the wire between the program and Postgres.

use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::World;

/// How often the same operation is asked for in a round, so that what else passes by chance is less than one each.
const REPETITIONS: usize = 10;

/// What tasks have to do may fill a round. It does not fill all of them.
const ROUNDS: usize = 3;

/// How the pool asks whether a connection lives; that is no part of an operation.
const PING: &str = "/* SQLx ping";

/// Statements that passed, and how often.
type Passed = Arc<Mutex<BTreeMap<String, usize>>>;

/// A passage to Postgres that counts the statements that pass.
pub struct Counted {
    passed: Passed,
}

impl Counted {
    /// A world on the real services whose database is reached through the passage.
    pub async fn world() -> (Self, World) {
        let world = World::services().await;
        let url = world.database.as_ref().expect("a world of services has a database").url.clone();
        let (before, rest) = url.split_once('@').expect("the address names a user");
        let (host, name) = rest.split_once('/').expect("the address names a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let passed = Passed::default();
        tokio::spawn(serve(listener, host.to_owned(), Arc::clone(&passed)));

        (Self { passed }, world.with("DATABASE_URL", &format!("{before}@{address}/{name}")))
    }

    /// The statements that an operation takes: those that passed about as often as it was repeated, in every round.
    pub async fn statements_of<F: Future<Output = ()>>(&self, operation: impl Fn() -> F) -> Vec<String> {
        operation().await;
        let mut least = self.round(&operation).await;
        for _ in 1..ROUNDS {
            let round = self.round(&operation).await;
            for (statement, count) in &mut least {
                *count = round.get(statement).map_or(0, |again| (*count).min(*again));
            }
        }
        least
            .into_iter()
            .flat_map(|(statement, count)| {
                let each = (count + REPETITIONS / 4) / REPETITIONS;
                std::iter::repeat_n(statement, each)
            })
            .collect()
    }

    /// How often each statement passed while an operation was repeated, and not by the clock.
    async fn round<F: Future<Output = ()>>(&self, operation: &impl Fn() -> F) -> BTreeMap<String, usize> {
        lock(&self.passed).clear();
        let begun = Instant::now();
        for _ in 0..REPETITIONS {
            operation().await;
        }
        let mut passed = std::mem::take(&mut *lock(&self.passed));
        // What tasks ask for by the clock passes as often while nobody asks for anything.
        tokio::time::sleep(begun.elapsed()).await;
        let idle = lock(&self.passed);
        for (statement, count) in &mut passed {
            *count = count.saturating_sub(idle.get(statement).copied().unwrap_or_default());
        }
        passed
    }
}

fn lock(passed: &Passed) -> MutexGuard<'_, BTreeMap<String, usize>> {
    passed.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, host: String, passed: Passed) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&host).await else {
            continue;
        };
        for stream in [&client, &server] {
            stream.set_nodelay(true).expect("a TCP stream can be hasty");
        }
        let (from_client, mut to_client) = client.into_split();
        let (mut from_server, to_server) = server.into_split();
        let passed = Arc::clone(&passed);
        tokio::spawn(async move {
            tokio::select! {
                _ = count(from_client, to_server, &passed) => {}
                _ = copy(&mut from_server, &mut to_client) => {}
            }
        });
    }
}

/// Passes messages on, and notes those that run a statement, by its text.
async fn count(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, passed: &Passed) -> std::io::Result<()> {
    let mut prepared = HashMap::<Vec<u8>, String>::new();
    let mut started = false;
    loop {
        // The first message has no type; after a question for TLS, which Postgres denies here, it comes once more.
        let mut head = vec![0; if started { 5 } else { 4 }];
        from.read_exact(&mut head).await?;
        let length = &head[head.len() - 4..];
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        let mut body = vec![0; usize::try_from(length).unwrap_or(4).saturating_sub(4)];
        from.read_exact(&mut body).await?;
        if started {
            let mut words = body.split(|byte| *byte == 0);
            let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            let ran = match head[0] {
                b'P' => {
                    prepared.insert(first.to_vec(), text(second));
                    None
                }
                b'B' => prepared.get(second).cloned(),
                b'Q' => Some(text(first)),
                _ => None,
            };
            if let Some(statement) = ran.filter(|statement| !statement.starts_with(PING)) {
                *lock(passed).entry(statement).or_default() += 1;
            }
        }
        started = started || length != 8;
        head.append(&mut body);
        to.write_all(&head).await?;
    }
}

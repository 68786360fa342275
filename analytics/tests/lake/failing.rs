//! A store under which a program dies, and stores that break their word.

use std::{
    fmt,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

/// When a program dies at one of its writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Nothing was written.
    Before,
    /// It was written, and the program never knew.
    After,
}

/// How a store treats the condition that nothing is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conditions {
    Kept,
    Ignored,
    /// It refuses, and says something else.
    Confused,
}

/// What happens between two pages of a list: the second page begins after the path.
struct Tear {
    after: String,
    meanwhile: BoxFuture<'static, ()>,
}

struct State {
    inner: Arc<dyn ObjectStore>,
    /// How many writes are left; none die where it is below 0.
    left: AtomicI64,
    death: Death,
    conditions: Conditions,
    is_dead: AtomicBool,
    /// Of the next list.
    tear: Mutex<Option<Tear>>,
}

/// A store as a program sees it that dies at its n-th write: from then on nothing arrives.
#[derive(Clone)]
pub(crate) struct Failing(Arc<State>);

impl Failing {
    /// Over a store, for a program that dies at its write number `at`, counted from 0.
    pub(crate) fn dying(inner: &Arc<dyn ObjectStore>, at: i64, death: Death) -> Self {
        Self::new(inner, at, death, Conditions::Kept)
    }

    pub(crate) fn breaking(inner: &Arc<dyn ObjectStore>, conditions: Conditions) -> Self {
        Self::new(inner, -1, Death::Before, conditions)
    }

    /// For a program whose next list has its second page, which begins after a path, only when something else has happened.
    pub(crate) fn tear(&self, after: String, meanwhile: BoxFuture<'static, ()>) {
        *self.0.tear.lock().expect("nobody died with it") = Some(Tear { after, meanwhile });
    }

    fn new(inner: &Arc<dyn ObjectStore>, at: i64, death: Death, conditions: Conditions) -> Self {
        let left = AtomicI64::new(at);
        let (inner, is_dead, tear) = (Arc::clone(inner), AtomicBool::new(false), Mutex::new(None));
        Self(Arc::new(State { inner, left, death, conditions, is_dead, tear }))
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.is_dead.load(Ordering::SeqCst)
    }

    fn alive(&self) -> Result<()> {
        if self.is_dead() { Err(died()) } else { Ok(()) }
    }

    /// Whether this write is the last one, and then whether it arrives.
    fn write(&self) -> Result<Option<Death>> {
        self.alive()?;
        if self.0.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return Ok(None);
        }
        self.0.is_dead.store(true, Ordering::SeqCst);
        if self.0.death == Death::Before { Err(died()) } else { Ok(Some(Death::After)) }
    }
}

fn died() -> Error {
    Error::Generic { store: "a test's", source: "the program died".into() }
}

impl fmt::Debug for Failing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a failing store")
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a failing store")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, location: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        let death = self.write()?;
        let is_conditional = options.mode == PutMode::Create;
        if self.0.conditions == Conditions::Ignored {
            options.mode = PutMode::Overwrite;
        }
        let put = self.0.inner.put_opts(location, payload, options).await;
        if is_conditional && put.is_err() && self.0.conditions == Conditions::Confused {
            return Err(Error::Generic { store: "a test's", source: "500 Internal Server Error".into() });
        }
        if death.is_some() { Err(died()) } else { put }
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        unreachable!("the lake puts files as a whole")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.alive()?;
        self.0.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.alive()?;
        self.0.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let delete = move |location: Result<Path>| {
            let store = store.clone();
            async move {
                let location = location?;
                let death = store.write()?;
                store.0.inner.delete(&location).await?;
                if death.is_some() { Err(died()) } else { Ok(location) }
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if let Err(error) = self.alive() {
            return stream::once(async { Err(error) }).boxed();
        }
        let Some(tear) = self.0.tear.lock().expect("nobody died with it").take() else {
            return self.0.inner.list(prefix);
        };
        let (inner, prefix) = (Arc::clone(&self.0.inner), prefix.cloned());
        let pages = async move {
            let first: Vec<_> = inner.list(prefix.as_ref()).try_collect().await?;
            tear.meanwhile.await;
            let second: Vec<ObjectMeta> = inner.list(prefix.as_ref()).try_collect().await?;
            let is_first = |meta: &ObjectMeta| meta.location.as_ref() <= tear.after.as_str();
            let first = first.into_iter().filter(is_first).collect::<Vec<_>>();
            let second = second.into_iter().filter(|meta| !is_first(meta));
            Ok::<_, Error>(stream::iter(first.into_iter().chain(second).map(Ok).collect::<Vec<_>>()))
        };
        stream::once(pages).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        unreachable!("the lake lists whole folders")
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        unreachable!("the lake copies nothing")
    }
}

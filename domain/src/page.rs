//! Pages: a part of a list, and whether more of it follows.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QuerySelect, Select};

/// Items of a window, and whether the window holds more on the side where it was cut.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub more: bool,
}

impl<T> Page<T> {
    /// The first `limit` rows of `query`, which orders them.
    pub(crate) async fn of<E>(db: &impl ConnectionTrait, query: Select<E>, limit: usize) -> Result<Self, DbErr>
    where
        E: EntityTrait<Model = T>,
        T: FromQueryResult + Send + Sync,
    {
        let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut items = query.limit(one_more).all(db).await?;
        let more = items.len() > limit;
        items.truncate(limit);

        Ok(Self { items, more })
    }
}

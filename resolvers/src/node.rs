//! Node: anything that has an id.

use async_graphql::{Context, ID, Interface, Object};
use domain::{accounts, lookup, matches, resale::market, tickets};

use crate::{
    accounts::User, context::InContext, error::ApiError, ids::NodeId, listings::Listing, matches::Match,
    reservations::Reservation, tickets::Ticket,
};

/// An object with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id. It is opaque: do not take it apart."))]
pub enum Node {
    Listing(Listing),
    Match(Match),
    Reservation(Reservation),
    Ticket(Ticket),
    User(User),
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id, or null. Objects that you have no right to see are null too.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's global id.")] id: ID,
    ) -> Result<Option<Node>, ApiError> {
        let app = ctx.app()?;
        let viewer = ctx.viewer_if_any();
        let node = match (NodeId::read("id", &id)?, viewer) {
            (NodeId::Listing(id), _) => market::find(app, id).await?.map(|row| Node::Listing(row.into())),
            (NodeId::Match(number), _) => {
                matches::find(app, number).await?.map(|state| Node::Match(Match::new(app, state)))
            }
            (NodeId::Reservation(id), Some(viewer)) => {
                lookup::reservation(app, viewer, id).await?.map(|row| Node::Reservation(row.into()))
            }
            (NodeId::Ticket(id), Some(viewer)) => {
                tickets::find(app, viewer, id).await?.map(|row| Node::Ticket(row.into()))
            }
            (NodeId::User(id), Some(viewer)) if viewer.user_id == id || viewer.is_admin() => {
                accounts::find(app, id).await?.map(|row| Node::User(User(row)))
            }
            (NodeId::Reservation(_) | NodeId::Ticket(_) | NodeId::User(_), _) => None,
        };

        Ok(node)
    }
}

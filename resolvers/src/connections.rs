//! Connections: pages of a list as Relay's clients read them. The library's own describe every list in the same words.

/// Defines a connection and its edge: `connection!(PayoutConnection, PayoutEdge, Payout, "payout", "payouts")`.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ident, $one:literal, $many:literal) => {
        /// A page of a list.
        pub struct $connection {
            earlier: bool,
            later: bool,
            edges: Vec<$edge>,
        }

        impl $connection {
            /// A page of items, each with the cursor of its place; whether there are others before and after it.
            pub(crate) fn new<C: async_graphql::connection::CursorType>(
                earlier: bool,
                later: bool,
                items: impl IntoIterator<Item = (C, $node)>,
            ) -> Self {
                let edge = |(cursor, node): (C, $node)| $edge { cursor: cursor.encode_cursor(), node };
                Self { earlier, later, edges: items.into_iter().map(edge).collect() }
            }
        }

        #[doc = concat!("A page of ", $many, ".")]
        #[async_graphql::Object]
        impl $connection {
            /// Whether there are more pages, and the cursors that lead to them.
            async fn page_info(&self) -> async_graphql::connection::PageInfo {
                async_graphql::connection::PageInfo {
                    has_previous_page: self.earlier,
                    has_next_page: self.later,
                    start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
                }
            }

            #[doc = concat!("The ", $many, " of this page, each with its cursor.")]
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }

            #[doc = concat!("The ", $many, " of this page, without their cursors.")]
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }
        }

        #[doc = concat!("One of the ", $many, " and its place in the list.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            #[doc = concat!("The ", $one, ".")]
            node: $node,
            /// The place in the list, to send as `after`.
            cursor: String,
        }
    };
}

pub(crate) use connection;

//! The pages, one file each.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{Uri, request::Parts},
    response::Response,
};
use kit::{form::Form, locale::Locale, visit::Visit};

use crate::Shop;

pub(crate) mod account;
pub(crate) mod errors;
pub(crate) mod facts;
pub(crate) mod live;
pub(crate) mod match_page;
pub(crate) mod match_row;
pub(crate) mod matches;
pub(crate) mod orders;
pub(crate) mod recommended;
pub(crate) mod resale;
pub(crate) mod search;
pub(crate) mod site;

/// Where a request wants to go: the language of its path, and the path without it.
pub(crate) struct Wanted {
    pub locale: Locale,
    /// With the query, such as `/?group=A`.
    pub path: String,
}

impl Wanted {
    pub(crate) async fn visit<'a>(self, shop: &'a Shop, parts: &'a Parts) -> Visit<'a> {
        Visit::begin(&shop.kit, parts, self.locale, self.path).await
    }

    /// The visit of a form that was posted; a captcha that came with it is shown to the API first.
    pub(crate) async fn posted<'a>(self, shop: &'a Shop, parts: &'a Parts, form: &'a Form) -> Visit<'a> {
        Visit::begin_posted(&shop.kit, parts, self.locale, self.path, form).await
    }

    fn of(shop: &Shop, parts: &Parts) -> Option<Self> {
        Self::of_uri(shop, &parts.uri)
    }

    pub(crate) fn of_uri(shop: &Shop, uri: &Uri) -> Option<Self> {
        let path = uri.path_and_query().map(|path| path.as_str()).unwrap_or_default().trim_start_matches('/');
        let end = path.find(['/', '?']).unwrap_or(path.len());
        let (tag, rest) = path.split_at(end);
        let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        Some(Self { locale: shop.locale(tag)?, path: rest })
    }
}

impl FromRequestParts<Arc<Shop>> for Wanted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Response> {
        match Self::of(shop, parts) {
            Some(wanted) => Ok(wanted),
            None => Err(errors::unknown(shop, parts).await),
        }
    }
}

/// A form that was posted, and what came with it.
pub(crate) struct Posted {
    pub parts: Parts,
    pub form: Form,
}

impl FromRequest<Arc<Shop>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, _: &Arc<Shop>) -> Result<Self, Response> {
        let (parts, form) = Form::posted(request).await.map_err(|_| errors::too_large())?;
        Ok(Self { parts, form })
    }
}

/// The number of a match in a path.
pub(crate) type NumberInPath = Path<(String, i64)>;

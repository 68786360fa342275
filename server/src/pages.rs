//! The fans' pages, beside the API that they ask in this process.

use axum::{
    Router,
    http::{Request, Response},
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use kit::{
    api::Api,
    captcha::Widget,
    locale::Locale,
    operator_pages::OperatorPages,
    visit::{Kit, Site},
};
use security::config::captcha::Provider;
use storefront::Shop;
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};
use transport::routes::Routes;

use crate::{config::Config, failure::Failure, routes};

/// The API of this process.
struct InProcess(Routes);

impl Api for InProcess {
    fn ask(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        self.0.ask(request)
    }
}

/// All pages, or the way to `GraphiQL` where the site has none.
///
/// # Errors
///
/// The operator's own pages cannot be read.
pub(crate) fn routes(graphql: Routes, config: &Config) -> Result<Router, Failure> {
    let web = &config.web;
    if !web.storefront {
        return Ok(routes::to_graphiql());
    }
    let pages = web.overrides.as_deref().map(OperatorPages::read).transpose().map_err(Failure::Overrides)?;
    let judge = config.captcha.verify_url.as_deref().filter(|_| config.captcha.provider == Provider::Siteverify);
    let kit = Kit {
        api: Box::new(InProcess(graphql)),
        catalogue: kit::catalogue(storefront::WORDS, kit::times::zone(&config.venues.time_zone)),
        site: Site {
            name: config.site_name.clone().unwrap_or_else(|| config.client_id.clone()),
            public_url: config.http.public_url.clone(),
            locales: web.locales.iter().filter_map(|tag| Locale::of_tag(tag)).collect(),
            support: web.support.clone(),
            captcha: judge.and_then(Widget::of_judge),
            identity_provider: config.oidc.client(&config.http).map(|client| client.name),
            pages: pages.unwrap_or_default(),
        },
    };
    let worth_it = SizeAbove::new(config.transport.http.compress_above_bytes);
    Ok(storefront::routes(Shop::new(kit)).layer(CompressionLayer::new().compress_when(worth_it)))
}

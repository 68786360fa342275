//! The fans' pages, and what asks the API for them; the pages of the documentation, which ask nothing.

use axum::{
    Router,
    http::{Request, Response, Uri},
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use kit::{
    api::Api,
    captcha::Widget,
    locale::Locale,
    operator_pages::OperatorPages,
    theme::Theme,
    visit::{Kit, Site},
};
use security::config::captcha::Provider;
use storefront::Shop;
use tower_http::compression::{
    CompressionLayer,
    predicate::{NotForContentType, Predicate as _, SizeAbove},
};
use transport::routes::Routes;

use crate::{
    config::{Config, site::Env, web::Web},
    failure::Failure,
};

/// What the operator's folder has: pages of their own, and how all pages look. Without a folder it is ours.
#[derive(Default)]
pub(crate) struct Overrides {
    pages: OperatorPages,
    theme: Theme,
}

impl Overrides {
    /// # Errors
    ///
    /// A file of the folder cannot be used.
    pub(crate) fn read(web: &Web) -> Result<Self, Failure> {
        let Some(folder) = web.overrides.as_deref() else { return Ok(Self::default()) };
        let pages = OperatorPages::read(folder).map_err(Failure::Overrides)?;
        let theme = Theme::read(folder).map_err(Failure::Overrides)?;
        Ok(Self { pages, theme })
    }
}

/// The API of this process.
struct OfThisProcess(Routes);

impl Api for OfThisProcess {
    fn ask(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        self.0.ask(request)
    }
}

/// What asks the API of this process.
pub(crate) fn of_this_process(graphql: Routes) -> Box<dyn Api> {
    Box::new(OfThisProcess(graphql))
}

/// All pages.
pub(crate) fn routes(api: Box<dyn Api>, overrides: Overrides, config: &Config) -> Router {
    let web = &config.web;
    let judge = config.captcha.verify_url.as_deref().filter(|_| config.captcha.provider == Provider::Siteverify);
    let kit = Kit {
        api,
        catalogue: kit::catalogue(storefront::WORDS, kit::times::zone(&config.venues.time_zone)),
        site: Site {
            name: config.site_name().to_owned(),
            public_url: config.http.public_url.clone(),
            locales: web.locales.iter().filter_map(|tag| Locale::of_tag(tag)).collect(),
            leads_to_docs: web.docs && config.env == Env::Dev,
            support: web.support.clone(),
            captcha: judge.and_then(Widget::of_judge),
            identity_provider: config.oidc.client(&config.http).map(|client| client.name),
            country_header: config.transport.connections.country_header(),
            pages: overrides.pages,
        },
        theme: overrides.theme,
    };
    compressed(storefront::routes(Shop::new(kit)), config)
}

/// The documentation, where it is served; `has_api` says whether `GraphiQL` and the contract are too.
pub(crate) fn documentation(config: &Config, has_api: bool) -> Router {
    if !config.web.docs {
        return Router::new();
    }
    let options = docs::Options {
        public_url: config.http.public_url.clone(),
        has_graphiql: has_api,
        has_schema: has_api && config.shows_schema(),
        has_shop: config.web.storefront || !has_api,
        version: env!("CARGO_PKG_VERSION"),
    };
    compressed(docs::routes(options), config)
}

/// Units that a page of the documentation costs, and a search in it.
pub(crate) fn price_of_documentation(uri: &Uri) -> u64 {
    const PAGE: u64 = 10;
    const SEARCH: u64 = 300;
    if uri.path() == docs::SEARCH { SEARCH } else { PAGE }
}

/// Compresses what is not kept compressed.
fn compressed(routes: Router, config: &Config) -> Router {
    // Photographs are compressed by themselves.
    let worth_it = SizeAbove::new(config.transport.http.compress_above_bytes).and(NotForContentType::IMAGES);
    routes.layer(CompressionLayer::new().compress_when(worth_it))
}

//! The fans' pages, and what asks the API for them.

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
    theme::Theme,
    visit::{Kit, Site},
};
use security::config::captcha::Provider;
use storefront::Shop;
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};
use transport::routes::Routes;

use crate::{
    config::{Config, web::Web},
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
            support: web.support.clone(),
            captcha: judge.and_then(Widget::of_judge),
            identity_provider: config.oidc.client(&config.http).map(|client| client.name),
            pages: overrides.pages,
        },
        theme: overrides.theme,
    };
    let worth_it = SizeAbove::new(config.transport.http.compress_above_bytes);
    storefront::routes(Shop::new(kit)).layer(CompressionLayer::new().compress_when(worth_it))
}

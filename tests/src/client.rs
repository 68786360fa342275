//! A GraphQL client over HTTP, for tests: it sends documents and tells data from errors.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request, header};
use hyper_util::{client::legacy, rt::TokioExecutor};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{declared, secrets, socket::Socket, wording};

const PASSWORD: &str = "correct horse battery staple";

const SIGN_UP: &str = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken refreshToken } }";

const RESERVE: &str = "mutation ($input: ReserveInput!) { reserve(input: $input) {
    reservation { id status category quantity version expiresAt } } }";

const CANCEL: &str = "mutation ($input: CancelReservationInput!) { cancelReservation(input: $input) {
    reservation { id status cancelReason version } } }";

const PAY: &str = "mutation ($input: PayReservationInput!) { payReservation(input: $input) {
    clientSecret reservation { id status cancelReason expiresAt
        payment { status declineCode amount { amount currency } } } } }";

const TICKETS: &str = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }";

/// Offers what its input says.
pub const OFFER: &str = "mutation ($input: CreateListingInput!) { createListing(input: $input) { listing { id } } }";

/// Somebody at a browser; a clone is another window of the same.
#[derive(Debug, Clone)]
pub struct Client {
    address: SocketAddr,
    http: legacy::Client<legacy::connect::HttpConnector, Full<Bytes>>,
    token: Option<String>,
    pub refresh_token: Option<String>,
    headers: Vec<(String, String)>,
}

/// What a GraphQL request was answered.
#[derive(Debug, Clone)]
pub struct Answer(pub Value);

/// Answers are the same if they say the same: what each of them cost stands beside it.
impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.0["data"] == other.0["data"] && self.0["errors"] == other.0["errors"]
    }
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { address, http, token: None, refresh_token: None, headers: Vec::new() }
    }

    /// The same person at another instance.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person, whose program sends this too.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Signs up under a name that nobody else has.
    pub async fn sign_up(&self, name: &str) -> Self {
        let email = format!("{name}-{}@example.com", Uuid::new_v4().simple());
        let input = json!({ "email": email, "password": PASSWORD });
        let session = self.ask(SIGN_UP, json!({ "input": input })).await.data()["signUp"].clone();
        let text = |field: &str| session[field].as_str().expect("a session has tokens").to_owned();
        for secret in [PASSWORD, &text("accessToken"), &text("refreshToken")] {
            secrets::learn(secret);
        }
        Self { token: Some(text("accessToken")), refresh_token: Some(text("refreshToken")), ..self.clone() }
    }

    /// Asks, and expects an answer of GraphQL, data or errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.try_ask(query, variables).await.expect("the site answers")
    }

    /// Asks a site that may be gone; `None` if nobody knows what became of it.
    pub async fn try_ask(&self, query: &str, variables: Value) -> Option<Answer> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/graphql", self.address))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).expect("the request is well formed");
        let response = self.http.request(request).await.ok()?;
        let body = response.into_body().collect().await.ok()?.to_bytes();

        let answer = serde_json::from_slice(&body).ok().map(Answer)?;
        declared::check(query, &answer.0);
        wording::check(&answer.0);
        Some(answer)
    }

    /// The status and the text of a page; 0 where nobody answers.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.download(path).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// The status, the headers and the bytes of a page, asked for without a token; status 0 where nobody answers.
    pub async fn download(&self, path: &str) -> (u16, HeaderMap, Bytes) {
        let uri = format!("http://{}{path}", self.address).parse().expect("the path is well formed");
        let Ok(response) = self.http.get(uri).await else {
            return (0, HeaderMap::new(), Bytes::new());
        };
        let (head, body) = response.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();

        (head.status.as_u16(), head.headers, body)
    }

    /// Sends a JSON body to a page that is not GraphQL, and returns its status and text.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        self.try_post(path, headers, body).await.expect("the site answers")
    }

    /// Sends a JSON body to a page of a site that may be gone.
    pub async fn try_post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Option<(u16, String)> {
        let json = [("content-type", "application/json")];
        self.try_send(path, &[&json, headers].concat(), body).await
    }

    /// Sends a body of whatever kind `headers` say.
    pub async fn send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        self.try_send(path, headers, body).await.expect("the site answers")
    }

    async fn try_send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Option<(u16, String)> {
        let mut request = Request::builder().method(Method::POST).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).expect("the request is well formed");
        let response = self.http.request(request).await.ok()?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.ok()?.to_bytes();

        Some((status, String::from_utf8_lossy(&body).into_owned()))
    }

    pub async fn reserve(&self, match_number: i32, category: i32, quantity: i32) -> Answer {
        let input = json!({ "matchNumber": match_number, "category": category, "quantity": quantity });
        self.ask(RESERVE, json!({ "input": input })).await
    }

    pub async fn reserve_once(&self, key: &str, match_number: i32, category: i32, quantity: i32) -> Option<Answer> {
        let input = json!({
            "matchNumber": match_number, "category": category, "quantity": quantity, "idempotencyKey": key,
        });
        self.try_ask(RESERVE, json!({ "input": input })).await
    }

    /// A hold that nothing stands against: its id.
    pub async fn holds(&self, match_number: i32, category: i32, quantity: i32) -> String {
        let reservation = self.reserve(match_number, category, quantity).await.data();
        reservation["reserve"]["reservation"]["id"].as_str().expect("a reservation has an id").to_owned()
    }

    pub async fn cancel(&self, id: &str) -> Answer {
        self.ask(CANCEL, json!({ "input": { "reservationId": id } })).await
    }

    /// Cancels at a site that may be gone.
    pub async fn try_cancel(&self, id: &str) -> Option<Answer> {
        self.try_ask(CANCEL, json!({ "input": { "reservationId": id } })).await
    }

    /// Pays with a test card, under this key.
    pub async fn pay(&self, id: &str, card: &str, key: &str) -> Answer {
        self.try_pay(id, card, key).await.expect("the site answers")
    }

    /// Pays at a site that may be gone.
    pub async fn try_pay(&self, id: &str, card: &str, key: &str) -> Option<Answer> {
        let input = json!({ "reservationId": id, "paymentMethod": card, "idempotencyKey": key });
        self.try_ask(PAY, json!({ "input": input })).await
    }

    /// Buys a ticket that nothing stands against: its id.
    pub async fn buys(&self, match_number: i32, category: i32) -> String {
        let id = self.holds(match_number, category, 1).await;
        self.pay(&id, "pm_card_visa", &id).await.data();
        let paid = self.ask(TICKETS, json!({ "id": id })).await.data();
        paid["reservation"]["tickets"][0]["id"].as_str().expect("a paid seat has its ticket").to_owned()
    }

    /// Offers a ticket that nothing stands against, for this many units: the listing's id.
    pub async fn offers(&self, ticket: &str, amount: &str) -> String {
        self.offers_as(ticket, amount, "Behind the goal").await
    }

    /// Offers a ticket under this title; the listing's id.
    pub async fn offers_as(&self, ticket: &str, amount: &str, title: &str) -> String {
        let input = json!({ "ticketId": ticket, "title": title, "price": { "amount": amount } });
        let offered = self.ask(OFFER, json!({ "input": input })).await.data();
        offered["createListing"]["listing"]["id"].as_str().expect("a listing has an id").to_owned()
    }

    /// Opens a WebSocket as this person.
    pub async fn socket(&self) -> Socket {
        Socket::open(self.address, self.token.as_deref()).await
    }
}

impl Answer {
    /// The data of an answer without errors.
    ///
    /// # Panics
    /// When it has errors.
    pub fn data(&self) -> Value {
        assert!(self.0.get("errors").is_none(), "{}", self.0);
        self.0["data"].clone()
    }

    pub fn is_ok(&self) -> bool {
        self.0.get("errors").is_none()
    }

    /// The code of the first error; empty if there is none.
    pub fn code(&self) -> &str {
        self.0["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}

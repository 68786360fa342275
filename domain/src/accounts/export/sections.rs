//! The parts of an export, one for each table that has a person's rows.

use entities::{
    account_code, address_rule, analytics_subject, dispute, external_identity, known_network, listing, mail, payment,
    payout, provider_session, refund, reservation, security_event, session, ticket, ticket_transfer, user,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{ExprTrait, Query, SelectStatement},
};
use serde_json::{Value as Json, json};

use super::{Document, time};
use crate::{
    App,
    accounts::{AccountError, emails::masked},
};

/// The account itself.
pub(super) fn account(user: &user::Model) -> Json {
    json!({
        "id": user.id,
        "email": Some(&user.email).filter(|email| !email.is_empty()),
        "displayName": user.display_name,
        "country": user.country,
        "locale": user.locale,
        "role": user.role.to_value(),
        "hasPassword": user.has_password(),
        "emailVerifiedAt": user.verified_at.map(time),
        "disabledAt": user.disabled_at.map(time),
        "createdAt": time(user.created_at),
        "personalised": user.personalised,
    })
}

/// Everything else.
pub(super) async fn write(app: &App, user: &user::Model, document: &mut Document) -> Result<(), AccountError> {
    sign_ins(app, user, document).await?;
    sales(app, user, document).await?;
    money(app, user, document).await?;
    resale(app, user, document).await?;
    about(app, user, document).await
}

async fn sign_ins(app: &App, user: &user::Model, document: &mut Document) -> Result<(), AccountError> {
    let (db, id) = (&app.db, user.id);
    document
        .list(
            db,
            "sessions",
            session::Entity::find().filter(session::Column::UserId.eq(id)),
            (session::Column::TokenHash, |row| row.token_hash.clone()),
            |row| json!({"session": row.family, "expiresAt": time(row.expires_at), "endedAt": row.ended_at.map(time)}),
        )
        .await?;
    document
        .list(
            db,
            "providerSessions",
            provider_session::Entity::find().filter(provider_session::Column::UserId.eq(id)),
            (provider_session::Column::HandleHash, |row| row.handle_hash.clone()),
            |row| {
                json!({
                    "signedInAt": row.signed_in_at.map(time), "renewedAt": row.renewed_at.map(time),
                    "expiresAt": time(row.expires_at), "endedAt": row.ended_at.map(time),
                })
            },
        )
        .await?;
    document
        .list(
            db,
            "externalIdentities",
            external_identity::Entity::find().filter(external_identity::Column::UserId.eq(id)),
            (external_identity::Column::Subject, |row| row.subject.clone()),
            |row| json!({"issuer": row.issuer, "subject": row.subject, "createdAt": time(row.created_at)}),
        )
        .await?;
    document
        .list(
            db,
            "accountCodes",
            account_code::Entity::find().filter(account_code::Column::UserId.eq(id)),
            (account_code::Column::CodeHash, |row| row.code_hash.clone()),
            |row| json!({"purpose": row.purpose.to_value(), "expiresAt": time(row.expires_at)}),
        )
        .await?;
    // Of a network the table has a hash, which names it to no reader.
    document
        .list(
            db,
            "knownNetworks",
            known_network::Entity::find().filter(known_network::Column::UserId.eq(id)),
            (known_network::Column::Subject, |row| row.subject.clone()),
            |row| json!({"lastAt": time(row.last_at)}),
        )
        .await
}

async fn sales(app: &App, user: &user::Model, document: &mut Document) -> Result<(), AccountError> {
    let (db, id) = (&app.db, user.id);
    document
        .list(
            db,
            "reservations",
            reservation::Entity::find().filter(reservation::Column::UserId.eq(id)),
            (reservation::Column::Id, |row| row.id),
            |row| {
                json!({
                    "id": row.id, "matchNumber": row.match_number, "category": row.category.number(),
                    "quantity": row.quantity, "returned": row.returned, "unitPriceMinor": row.unit_price_minor,
                    "status": row.status.to_value(), "cancelReason": row.cancel_reason.map(|reason| reason.to_value()),
                    "createdAt": time(row.created_at), "expiresAt": time(row.expires_at),
                    "endedAt": row.ended_at.map(time), "version": row.version, "extensions": row.extensions,
                    "idempotencyKey": row.idempotency_key, "listingId": row.listing_id,
                })
            },
        )
        .await?;
    document
        .list(
            db,
            "tickets",
            ticket::Entity::find().filter(ticket::Column::UserId.eq(id)),
            (ticket::Column::Id, |row| row.id),
            |row| {
                json!({
                    "id": row.id, "reservationId": row.reservation_id, "seat": row.seat,
                    "matchNumber": row.match_number, "category": row.category.number(), "priceMinor": row.price_minor,
                    "status": row.status.to_value(), "holderName": row.holder_name, "originId": row.origin_id,
                    "issuedAt": time(row.issued_at), "changedAt": time(row.changed_at),
                    "usedAt": row.used_at.map(time), "usedBy": row.used_by, "frozenAt": row.frozen_at.map(time),
                })
            },
        )
        .await?;
    let of_transfers = ticket_transfer::Column::GiverId.eq(id).or(ticket_transfer::Column::TakerId.eq(id));
    document
        .list(
            db,
            "ticketTransfers",
            ticket_transfer::Entity::find().filter(of_transfers),
            (ticket_transfer::Column::Id, |row| row.id),
            move |row| {
                json!({
                    "id": row.id, "ticketId": row.ticket_id, "given": row.giver_id == id,
                    "recipient": masked(&row.recipient), "state": row.state.to_value(),
                    "createdAt": time(row.created_at), "expiresAt": time(row.expires_at),
                    "endedAt": row.ended_at.map(time),
                })
            },
        )
        .await
}

async fn money(app: &App, user: &user::Model, document: &mut Document) -> Result<(), AccountError> {
    let (db, id) = (&app.db, user.id);
    let payments = || -> SelectStatement {
        let of_user = payment::Column::UserId.eq(id);
        Query::select().column(payment::Column::Id).from(payment::Entity).and_where(of_user).to_owned()
    };
    document
        .list(
            db,
            "payments",
            payment::Entity::find().filter(payment::Column::UserId.eq(id)),
            (payment::Column::Id, |row| row.id),
            |row| {
                json!({
                    "id": row.id, "reservationId": row.reservation_id, "matchNumber": row.match_number,
                    "amountMinor": row.amount_minor, "paymentMethod": row.method, "gateway": row.gateway,
                    "gatewayId": row.intent_id, "state": row.state.to_value(), "declineCode": row.decline_code,
                    "declines": row.declines, "createdAt": time(row.created_at), "updatedAt": time(row.updated_at),
                    "capturedMinor": row.captured_minor, "idempotencyKey": row.idempotency_key,
                })
            },
        )
        .await?;
    let of_refunds = refund::Column::PaymentId.in_subquery(payments()).or(refund::Column::AskedBy.eq(id));
    document
        .list(
            db,
            "refunds",
            refund::Entity::find().filter(of_refunds),
            (refund::Column::Id, |row| row.id),
            move |row| {
                json!({
                    "id": row.id, "paymentId": row.payment_id, "amountMinor": row.amount_minor,
                    "state": row.state.to_value(), "gatewayId": row.gateway_id, "reason": row.reason,
                    "askedByMe": row.asked_by == Some(id), "createdAt": time(row.created_at),
                    "doneAt": row.done_at.map(time),
                })
            },
        )
        .await?;
    document
        .list(
            db,
            "disputes",
            dispute::Entity::find().filter(dispute::Column::PaymentId.in_subquery(payments())),
            (dispute::Column::Id, |row| row.id.clone()),
            |row| {
                json!({
                    "id": row.id, "paymentId": row.payment_id, "amountMinor": row.amount_minor,
                    "state": row.state.to_value(), "reason": row.reason, "openedAt": time(row.opened_at),
                    "changedAt": time(row.changed_at),
                })
            },
        )
        .await
}

async fn resale(app: &App, user: &user::Model, document: &mut Document) -> Result<(), AccountError> {
    let (db, id) = (&app.db, user.id);
    document
        .list(
            db,
            "listings",
            listing::Entity::find().filter(listing::Column::SellerId.eq(id)),
            (listing::Column::Id, |row| row.id),
            |row| {
                json!({
                    "id": row.id, "ticketId": row.ticket_id, "matchNumber": row.match_number,
                    "category": row.category.number(), "title": row.title, "description": row.description,
                    "sellerName": row.seller_name, "priceMinor": row.price_minor, "feeMinor": row.fee_minor,
                    "state": row.state.to_value(), "version": row.version, "createdAt": time(row.created_at),
                    "idempotencyKey": row.idempotency_key,
                })
            },
        )
        .await?;
    document
        .list(
            db,
            "payouts",
            payout::Entity::find().filter(payout::Column::SellerId.eq(id)),
            (payout::Column::Id, |row| row.id),
            |row| {
                json!({
                    "id": row.id, "listingId": row.listing_id, "amountMinor": row.amount_minor,
                    "state": row.state.to_value(), "gatewayId": row.gateway_id, "createdAt": time(row.created_at),
                    "paidAt": row.paid_at.map(time),
                })
            },
        )
        .await
}

async fn about(app: &App, user: &user::Model, document: &mut Document) -> Result<(), AccountError> {
    let (db, id) = (&app.db, user.id);
    // Those that wait; what was sent is kept nowhere.
    document
        .list(
            db,
            "mails",
            mail::Entity::find().filter(mail::Column::EmailKey.eq(&user.email_key)),
            (mail::Column::Id, |row| row.id),
            |row| {
                json!({
                    "kind": row.kind.to_value(), "reservationId": row.reservation_id, "transferId": row.transfer_id,
                    "createdAt": time(row.created_at),
                })
            },
        )
        .await?;
    document
        .list(
            db,
            "securityEvents",
            security_event::Entity::find().filter(security_event::Column::UserId.eq(id)),
            (security_event::Column::Id, |row| row.id),
            |row| {
                json!({
                    "kind": row.kind.to_value(), "detail": row.detail, "network": row.network, "count": row.count,
                    "firstAt": time(row.first_at), "lastAt": time(row.last_at),
                })
            },
        )
        .await?;
    document
        .list(
            db,
            "analyticsSubjects",
            analytics_subject::Entity::find().filter(analytics_subject::Column::UserId.eq(id)),
            (analytics_subject::Column::UserId, |row| row.user_id),
            |row| json!({"subject": row.subject, "createdAt": time(row.created_at)}),
        )
        .await?;
    document
        .list(
            db,
            "addressRules",
            address_rule::Entity::find().filter(address_rule::Column::CreatedBy.eq(id)),
            (address_rule::Column::Id, |row| row.id),
            |row| {
                json!({
                    "network": row.network, "effect": row.effect.to_value(), "reason": row.reason,
                    "createdAt": time(row.created_at), "expiresAt": row.expires_at.map(time),
                })
            },
        )
        .await
}

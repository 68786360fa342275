//! Access tokens, as requests and sockets carry them.

use axum::http::{
    HeaderMap, StatusCode,
    header::{AUTHORIZATION, COOKIE},
};
use error_codes::Code;
use serde_json::{Map, Value};
use transport::gateway::Refusal;

/// The token of `Authorization: Bearer …`; `None` where there is no such header.
pub(super) fn of_header(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    bearer(value.to_str().unwrap_or_default()).map(Some)
}

/// The token of `connection_init`: `{"authorization": "Bearer …"}`, in any case, also among `headers`.
pub(super) fn of_payload(payload: &Map<String, Value>) -> Result<Option<&str>, Refusal> {
    let named = |fields: &'_ Map<String, Value>| {
        fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(name, _)| name.clone())
    };
    let headers = payload.get("headers").and_then(Value::as_object);
    for fields in [Some(payload), headers].into_iter().flatten() {
        match named(fields).and_then(|name| fields.get(&name)) {
            None | Some(Value::Null) => {}
            Some(value) => return bearer(value.as_str().unwrap_or_default()).map(Some),
        }
    }
    Ok(None)
}

/// What a cookie holds, which browsers send by themselves.
pub(crate) fn of_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(known, _)| *known == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

fn bearer(value: &str) -> Result<&str, Refusal> {
    let token = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    token
        .filter(|token| !token.is_empty())
        .ok_or_else(|| unauthenticated("Send the access token as `authorization: Bearer …`."))
}

/// Why a caller without a valid token is not let in.
pub(super) fn unauthenticated(message: &str) -> Refusal {
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        code: Code::UNAUTHENTICATED,
        message: message.to_owned(),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_read_from_the_header_and_from_connection_init() {
        let mut headers = HeaderMap::new();
        assert!(of_header(&headers).expect("nothing is sent").is_none());
        headers.insert(AUTHORIZATION, "bearer abc".parse().expect("a header value"));
        assert_eq!(of_header(&headers).expect("it is right"), Some("abc"));

        for payload in [json!({"Authorization": "Bearer abc"}), json!({"headers": {"authorization": "Bearer abc"}})] {
            let payload = payload.as_object().expect("it is an object").clone();
            assert_eq!(of_payload(&payload).expect("it is right"), Some("abc"));
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name_among_others() {
        let mut headers = HeaderMap::new();
        for line in ["theme=dark; xaccess=no; access=abc=; b=c", "late=yes"] {
            headers.append(COOKIE, line.parse().expect("a header value"));
        }

        assert_eq!(of_cookie(&headers, "access"), Some("abc="));
        assert_eq!(of_cookie(&headers, "late"), Some("yes"));
        assert_eq!(of_cookie(&headers, "acc"), None);
    }

    #[test]
    fn another_scheme_than_bearer_is_refused_and_not_taken_for_anonymous() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Basic abc".parse().expect("a header value"));

        let refusal = of_header(&headers).expect_err("the scheme is unknown");

        assert_eq!((refusal.status, refusal.code), (StatusCode::UNAUTHORIZED, Code::UNAUTHENTICATED));
    }
}

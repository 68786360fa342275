//! Captchas as clients meet them: solved by trying, as ALTCHA's widget does.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::raw::sha256;

pub const SOLVE: &str = "mutation ($payload: String!) { solveCaptcha(input: {payload: $payload}) { pass expiresAt } }";

/// What a client finds out about a challenge, before it is encoded.
pub fn solution(challenge: &Value) -> Value {
    let text = |field: &str| challenge[field].as_str().unwrap_or_else(|| panic!("no {field}: {challenge}"));
    let largest = challenge["maxnumber"].as_u64().expect("it has a largest number");
    let is_right = |number: &u64| sha256(&format!("{}{number}", text("salt"))) == text("challenge");
    let number = (0..=largest).find(is_right).expect("there is such a number");
    json!({ "algorithm": text("algorithm"), "challenge": text("challenge"), "number": number, "salt": text("salt"),
            "signature": text("signature"), "took": 3 })
}

/// As it is sent.
pub fn encoded(solution: &Value) -> String {
    STANDARD.encode(solution.to_string())
}

//! Known documents: registered by clients, or listed by the operator.

use std::{fs, path::PathBuf};

use async_graphql::{Extensions, Value};
use error_codes::Code;

use super::*;

pub(super) const TEXT: &str = "{ a }";
/// The SHA-256 of `TEXT`.
pub(super) const HASH: &str = "1c7e1e347f726166b5b1c55afd61f278cc9b45e00c108ec33d540a566379811b";

fn by_hash(hash: &str, text: Option<&str>) -> RawRequest {
    let persisted = Value::from_json(json!({ "version": 1, "sha256Hash": hash })).unwrap_or_default();
    let extensions = Extensions([("persistedQuery".to_owned(), persisted)].into());
    RawRequest { query: text.map(str::to_owned), extensions, ..RawRequest::default() }
}

fn code(outcome: Result<Prepared, Rejection>) -> Option<Code> {
    outcome.err().map(|rejection| rejection.code)
}

/// A manifest in a file that goes with it.
struct ManifestFile(PathBuf);

impl ManifestFile {
    fn new(name: &str, content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("matchday-{name}-{}.json", std::process::id()));
        fs::write(&path, content).expect("the folder for temporary files can be written");
        Self(path)
    }
}

impl Drop for ManifestFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_document_that_is_registered_twice_is_found_by_its_hash() {
    let documents = guard(|_| {});

    let unknown = prepare(&documents, by_hash(HASH, None)).err();
    assert_eq!(
        unknown.map(|rejection| (rejection.code, rejection.message)),
        Some((Code::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound".to_owned()))
    );
    assert_eq!(code(prepare(&documents, by_hash(HASH, Some(TEXT)))), None);
    assert_eq!(
        code(prepare(&documents, by_hash(HASH, None))),
        Some(Code::PERSISTED_QUERY_NOT_FOUND),
        "it may be a flood"
    );
    assert_eq!(code(prepare(&documents, by_hash(HASH, Some(TEXT)))), None);

    let found = prepare(&documents, by_hash(HASH, None)).ok();
    assert_eq!(found.as_ref().map(Prepared::text), Some(TEXT));
    let named = RawRequest { document_id: Some(format!("sha256:{HASH}")), ..RawRequest::default() };
    assert_eq!(code(prepare(&documents, named)), None);
}

#[test]
fn a_document_is_not_registered_under_another_hash_or_beyond_a_limit() {
    let documents = guard(|limits| limits.max_depth = 1);

    assert_eq!(code(prepare(&documents, by_hash(HASH, Some("{ b }")))), Some(Code::BAD_USER_INPUT));
    assert_eq!(code(prepare(&documents, by_hash(HASH, None))), Some(Code::PERSISTED_QUERY_NOT_FOUND));
    let deep = "057a0d9f30d847c3d33351f28634e4c04330f51e670903fc35112a17dcc4b2a4";
    assert_eq!(code(prepare(&documents, by_hash(deep, Some("{ a { b } }")))), Some(Code::QUERY_TOO_COMPLEX));
    assert_eq!(code(prepare(&documents, by_hash(deep, None))), Some(Code::PERSISTED_QUERY_NOT_FOUND));
}

#[test]
fn a_document_that_is_long_is_executed_and_not_registered() {
    let documents = guard(|limits| limits.persisted_document_bytes = TEXT.len() - 1);

    for _ in 0..3 {
        assert_eq!(code(prepare(&documents, by_hash(HASH, Some(TEXT)))), None);
    }

    assert_eq!(code(prepare(&documents, by_hash(HASH, None))), Some(Code::PERSISTED_QUERY_NOT_FOUND));
}

#[test]
fn registering_can_be_switched_off() {
    let documents = guard(|limits| limits.persisted = false);

    assert_eq!(code(prepare(&documents, by_hash(HASH, Some(TEXT)))), None, "the document itself is still executed");
    assert_eq!(code(prepare(&documents, by_hash(HASH, None))), Some(Code::PERSISTED_QUERY_NOT_SUPPORTED));
}

#[test]
fn registered_documents_take_bounded_memory() {
    let store = InProcess::new(1_000);
    for index in 0..100 {
        let stored = store.put(&format!("{index:064}"), "{ a }", None).now_or_never();
        assert_eq!(stored, Some(()));
    }

    let is_kept = |index: usize| store.get(&format!("{index:064}")).now_or_never().flatten().is_some();
    assert!(is_kept(99) && !is_kept(0));
}

#[test]
fn only_documents_of_the_manifest_are_executed_where_there_is_one() {
    let manifest = ManifestFile::new("trusted", &json!({ "home": "{ home }", "sha256:abc": "{ other }" }).to_string());
    let documents = guard_with(&manifest).expect("the manifest is well-formed");
    let by_id = |id: &str| RawRequest { document_id: Some(id.to_owned()), ..RawRequest::default() };

    for trusted in [by_id("home"), by_id("sha256:abc"), by_hash("abc", None), RawRequest::new("{ home }")] {
        assert_eq!(code(prepare(&documents, trusted.clone())), None, "{trusted:?}");
    }
    for other in [by_id("away"), RawRequest::new("{ away }"), by_hash(HASH, Some(TEXT))] {
        assert_eq!(code(prepare(&documents, other.clone())), Some(Code::DOCUMENT_NOT_TRUSTED), "{other:?}");
    }
}

#[test]
fn a_manifest_that_cannot_be_used_is_named_at_the_start() {
    let refused = |content: &str| {
        let manifest = ManifestFile::new("refused", content);
        guard_with(&manifest).err().map(|error| error.to_string()).unwrap_or_default()
    };

    assert!(refused("[]").contains("not a JSON object"));
    assert!(refused(r#"{"broken": "{"}"#).contains("the trusted document broken is refused"));
    let missing = |path: &str| {
        let refused = guard_with(&ManifestFile(PathBuf::from(path))).err();
        refused.map(|error| error.to_string()).unwrap_or_default()
    };
    let absolute = missing("/nowhere/manifest.json");
    assert!(absolute.contains("/nowhere/manifest.json: No such file") && !absolute.contains("relative"), "{absolute}");
    let relative = missing("nowhere.json");
    assert!(relative.contains("relative to the working folder, /"), "{relative}");
}

fn guard_with(manifest: &ManifestFile) -> Result<Documents, ManifestError> {
    Documents::new(config::Documents { trusted_manifest: Some(manifest.0.clone()), ..config::Documents::default() })
}

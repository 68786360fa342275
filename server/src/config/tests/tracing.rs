//! What is traced, and where it is sent.

use super::*;

const COLLECTOR: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/");

fn collector(pairs: &[(&str, &str)]) -> Option<String> {
    let config = load_env(pairs).expect("the settings are right").config;
    config.otel.collector().map(|url| url.expose().to_owned())
}

#[test]
fn nothing_is_traced_unless_a_collector_is_named() {
    assert_eq!(collector(&[]), None);
    assert_eq!(collector(&[("OTEL_TRACES_SAMPLER", "always_on"), ("OTEL_SERVICE_NAME", "tickets")]), None);
    assert_eq!(collector(&[COLLECTOR, ("OTEL_SDK_DISABLED", "true")]), None);
    assert_eq!(collector(&[COLLECTOR, ("OTEL_TRACES_EXPORTER", "none")]), None);
    assert_eq!(collector(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), None, "templates leave variables empty");

    assert_eq!(collector(&[COLLECTOR]).as_deref(), Some("http://127.0.0.1:4318/v1/traces"));
    let whole = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://otel.example/take");
    assert_eq!(collector(&[whole, COLLECTOR]).as_deref(), Some("https://otel.example/take"));
}

#[test]
fn a_trace_says_of_the_program_what_the_operator_does() {
    let named = |pairs: &[(&str, &str)]| {
        let otel = load_env(pairs).expect("the settings are right").config.otel;
        (otel.service_name(), otel.attributes().collect::<Vec<_>>())
    };
    assert_eq!(named(&[]), ("matchday".to_owned(), Vec::new()));

    let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=tickets, deployment.environment.name=a%2Cb%20c");
    let environment = vec![("deployment.environment.name".to_owned(), "a,b c".to_owned())];
    assert_eq!(named(&[attributes]), ("tickets".to_owned(), environment.clone()));
    assert_eq!(named(&[attributes, ("OTEL_SERVICE_NAME", "shop")]), ("shop".to_owned(), environment));
}

#[test]
fn what_cant_be_meant_is_refused_in_words_and_headers_are_not_shown() {
    const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
    for (setting, value, told) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "is not the address of a collector"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "grpc://collector:4317", "such as http://127.0.0.1:4318"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "usually 4318"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5", "a share from 0 to 1"),
        ("OTEL_TRACES_SAMPLER_ARG", "1 %", "a share from 0 to 1"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=50%", "%25"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team", "texts by name"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096", "2048 spans may wait"),
        (HEADERS, "hunter2", "name=value"),
        (HEADERS, "a b=hunter2", "name=value"),
        (HEADERS, "a=hunter2%0A", "name=value"),
    ] {
        let sampler = ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
        let mut pairs = vec![COLLECTOR, sampler];
        pairs.retain(|(name, _)| *name != setting);
        pairs.push((setting, value));
        let problems = load_env(&pairs).expect_err(value);
        assert!(complaint(&problems, setting).contains(told), "{setting}={value}: {problems}");
        assert!(!problems.to_string().contains("hunter2"), "{problems}");
    }

    let pairs = [COLLECTOR, (HEADERS, "authorization=Bearer%20hunter2, x-team = tickets")];
    let config = load_env(&pairs).expect("they are headers").config;
    let sent = config.otel.sent_headers().expect("they are headers");
    let sent: Vec<_> = sent.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("it is text"))).collect();
    assert_eq!(sent, [("authorization", "Bearer hunter2"), ("x-team", "tickets")]);
    let shown = format!("{config:?}{}", serde_json::to_string(&config).expect("a config serialises"));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_collectors_grpc_port_and_secrets_in_the_clear_are_named_at_the_start() {
    let named = |pairs: &[(&str, &str)]| {
        let warnings = load_env(pairs).expect("the settings are right").config.warnings();
        warnings.into_iter().map(|problem| format!("{}: {}", problem.setting, problem.wrong)).collect::<Vec<_>>()
    };
    let clear = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel.example:4318");
    let secret = ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2");

    assert_eq!(named(&[clear]), [""; 0]);
    assert_eq!(named(&[COLLECTOR, secret]), [""; 0]);
    assert!(named(&[clear, secret]).concat().contains("OTEL_EXPORTER_OTLP_ENDPOINT: without TLS"));
    assert!(named(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")]).concat().contains("gRPC"));
}

#[test]
fn whose_samples_count_is_a_question_of_trusted_proxies() {
    let trusts = ("MATCHDAY_TRANSPORT_CONNECTIONS_TRUST_TRACEPARENT", "true");
    let problems = load_env(&[trusts]).expect_err("there is no proxy to trust");
    assert!(complaint(&problems, trusts.0).contains("trusted_proxies"), "{problems}");

    assert!(load_env(&[trusts, ("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "10.0.0.0/8")]).is_ok());
}

#[test]
fn whose_word_on_countries_counts_is_a_question_of_trusted_proxies() {
    let proxies = ("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "10.0.0.0/8");
    let header = ("MATCHDAY_TRANSPORT_CONNECTIONS_COUNTRY_HEADER", "cf-ipcountry");
    let problems = load_env(&[header]).expect_err("there is no proxy to trust");
    assert!(complaint(&problems, header.0).contains("trusted_proxies"), "{problems}");
    let problems = load_env(&[(header.0, "cf ipcountry"), proxies]).expect_err("it is not a header's name");
    assert!(complaint(&problems, header.0).contains("not the name of a header"), "{problems}");

    assert!(load_env(&[header, proxies]).is_ok());
}

//! A site that is dressed in its operator's colours, logo and icon.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::http::StatusCode;
use server::{config, run};
use sha2::{Digest as _, Sha256};
use testkit::{
    folder::Folder,
    wait::{PATIENCE, eventually_some},
};
use tests::{World, pages::Browser};
use tokio::net::TcpListener;

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 40\"><path d=\"M0 0h160v40z\"/></svg>";
const DARK: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 40\"><path d=\"M0 0h160v39z\"/></svg>";
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><circle r=\"9\"/></svg>";

fn dressed(name: &str, files: &[(&str, &str)]) -> (Folder, World) {
    let folder = Folder::new(name);
    for (file, text) in files {
        fs::write(folder.path().join(file), text).expect("it can be written");
    }
    let path = folder.path().display().to_string();
    (folder, World::embedded().with("MATCHDAY_WEB_OVERRIDES", &path).with("MATCHDAY_SITE_NAME", "Cup & Co"))
}

/// The path of the picture that a page names in this attribute.
fn picture<'a>(html: &'a str, attribute: &str) -> &'a str {
    let opened = format!("{attribute}=\"/assets/");
    let mut rests = html.match_indices(&opened).map(|(at, _)| &html[at + attribute.len() + 2..]);
    let path = rests.find_map(|rest| rest.split('"').next().filter(|path| path.ends_with(".svg")));
    path.unwrap_or_else(|| panic!("no picture is the {attribute} of anything in {html}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_shows_its_operators_colours_logo_and_icon() {
    // As the documents show them.
    let colours = include_str!("../../../../docs/snippets/look/colours.toml");
    let files = [("colours.toml", colours), ("logo.svg", LOGO), ("logo-dark.svg", DARK), ("icon.svg", ICON)];
    let (_folder, world) = dressed("theme", &files);
    let site = world.start().await;
    let mut browser = Browser::new(site.address);

    for path in ["/en/", "/ar/sign-in", "/en/nothing"] {
        let page = browser.open(path).await;

        let style = page.html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
        let (style, _) = style.unwrap_or_else(|| panic!("{path} has no style: {}", page.html));
        assert!(style.contains("--band: light-dark(#3b0a57, #3b0a57);"), "{path}");
        let digest = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)));
        assert!(page.header("content-security-policy").contains(&digest), "{path}: the policy names this very sheet");
        let image = page.html.split_once("<img ").map(|(_, rest)| rest.split('>').next().unwrap_or_default());
        let image = image.unwrap_or_else(|| panic!("{path} has no logo: {}", page.html));
        assert!(image.contains("alt=\"Cup &amp; Co\" width=\"144\" height=\"36\""), "{path}: {image}");
        for (attribute, expected) in [("src", LOGO), ("srcset", DARK), ("href", ICON)] {
            let picture = browser.open(picture(&page.html, attribute)).await;
            assert_eq!((picture.status, picture.html.as_str()), (StatusCode::OK, expected), "{path}: {attribute}");
            assert_eq!(picture.header("content-type"), "image/svg+xml");
            assert!(picture.header("cache-control").ends_with("immutable"));
            let policy = picture.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none';") && policy.ends_with("sandbox"), "{policy}");
            assert_eq!(picture.header("x-content-type-options"), "nosniff");
        }
    }
    assert_eq!(browser.open("/assets/logo.svg").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.open("/assets/colours.toml").await.status, StatusCode::NOT_FOUND);

    site.fan("ana").await;
    let mail = eventually_some(PATIENCE, "the mail is kept", || async {
        let mut files = fs::read_dir(world.folder().join("mails")).ok()?.flatten();
        files.find_map(|file| fs::read_to_string(file.path()).ok())
    })
    .await;
    let mail = mail.replace("=\r\n", "");
    assert!(mail.contains("background:#3b0a57;"), "mails are dressed as the pages are: {mail}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_whose_dress_cannot_be_used_does_not_start_and_says_why() {
    for (name, files, told) in [
        (
            "theme-pale",
            [("colours.toml", "accent = \"#ffd400\"")],
            "MATCHDAY_WEB_OVERRIDES cannot be used: colours.toml: on_accent #ffffff on accent #ffd400 has a contrast of \
             1.43 : 1 in the light scheme, and needs 4.5 : 1",
        ),
        (
            "theme-script",
            [("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>")],
            "logo.svg: line 1: <script>",
        ),
        ("theme-wide", [("icon.svg", LOGO)], "icon.svg: an icon is as wide as high"),
        ("theme-dark", [("logo-dark.svg", DARK)], "logo-dark.svg: there is no logo.svg"),
    ] {
        let (_folder, world) = dressed(name, &files);
        let config = config::load_from(None, &world.settings()).expect("the settings are right").config;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");

        let refused = run::serve(config, listener, std::future::pending()).await.expect_err("it cannot be worn");

        assert!(refused.to_string().contains(told), "{refused}");
        assert!(!world.folder().join("matchday.db").exists(), "nothing was begun");
    }
}

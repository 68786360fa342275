//! The look of a site: its colours, logo and icon, ours or those of its operator's folder.
//!
//! All of it is read when the program starts, and judged: what could not be read by everybody, or does more than draw, is
//! refused. Invariant: the policy of the pages names the very style sheet that is in them.

use std::{fs, io, path::Path};

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use self::{palette::Palette, picture::Picture};
use crate::{
    assets,
    policy::{Needs, Policies},
};

mod colour;
mod palette;
mod picture;

/// The files of an operator's folder that are read here, each of which may be missing.
const COLOURS: &str = "colours.toml";
const LOGO: &str = "logo.svg";
const LOGO_DARK: &str = "logo-dark.svg";
const ICON: &str = "icon.svg";

/// Pixels that a logo is high in the band at the top of pages; the style sheet says the same.
const LOGO_HEIGHT: u32 = 36;

/// A picture that a visitor opens by itself is a page, on which nothing is run and for which nothing is asked.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A name with a digest of its contents never means others.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// How the pages of a site look.
#[derive(Debug, Clone)]
pub struct Theme {
    palette: Palette,
    style: String,
    policies: Policies,
    logo: Option<Logo>,
    icon: Picture,
}

/// What stands for the site's name at the top of every page.
#[derive(Debug, Clone)]
struct Logo {
    picture: Picture,
    /// In the dark scheme, where that is another.
    dark: Option<Picture>,
}

/// A logo as a page shows it.
pub(crate) struct ShownLogo {
    pub(crate) path: String,
    pub(crate) dark_path: Option<String>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Default for Theme {
    /// Ours.
    fn default() -> Self {
        let icon = Picture::icon(assets::ICON.to_owned()).expect("our icon is a picture");
        let policies = Policies::of(assets::STYLE);
        Self { palette: Palette::default(), style: assets::STYLE.to_owned(), policies, logo: None, icon }
    }
}

impl Theme {
    /// Reads what an operator's folder has of it; what it lacks is ours.
    ///
    /// # Errors
    ///
    /// What is wrong, and in which file.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let in_file = |name: &'static str| move |wrong: String| format!("{name}: {wrong}");
        let mut theme = Self::default();
        if let Some(colours) = text(folder, COLOURS)? {
            theme.palette = palette::read(&colours).map_err(in_file(COLOURS))?;
            theme.style += &theme.palette.rule;
            theme.policies = Policies::of(&theme.style);
        }
        let logo = |name: &'static str, stem| {
            let svg = text(folder, name)?;
            svg.map(|svg| Picture::logo(stem, svg, LOGO_HEIGHT).map_err(in_file(name))).transpose()
        };
        theme.logo = match (logo(LOGO, "logo")?, logo(LOGO_DARK, "logo-dark")?) {
            (Some(picture), dark) => {
                if dark.as_ref().is_some_and(|dark| dark.width != picture.width) {
                    return Err(format!(
                        "{LOGO_DARK}: give it the size of {LOGO}, whose place it takes in the dark scheme"
                    ));
                }
                Some(Logo { picture, dark })
            }
            (None, None) => None,
            (None, Some(_)) => return Err(format!("{LOGO_DARK}: there is no {LOGO} for the light scheme")),
        };
        if let Some(icon) = text(folder, ICON)? {
            theme.icon = Picture::icon(icon).map_err(in_file(ICON))?;
        }
        Ok(theme)
    }

    /// A colour of the light scheme as `#rrggbb`, for what fans are sent apart from the pages; by its name in the style sheet.
    ///
    /// # Panics
    ///
    /// Where the style sheet has no such colour.
    #[must_use]
    pub fn light(&self, name: &'static str) -> String {
        self.palette.light(name).to_string()
    }

    /// The style sheet.
    pub(crate) fn style(&self) -> &str {
        &self.style
    }

    pub(crate) fn icon_path(&self) -> String {
        path(&self.icon)
    }

    /// The operator's logo, where there is one.
    pub(crate) fn logo(&self) -> Option<ShownLogo> {
        let Logo { picture, dark } = self.logo.as_ref()?;
        let (width, height) = (picture.width, picture.height);
        Some(ShownLogo { path: path(picture), dark_path: dark.as_ref().map(path), width, height })
    }

    /// Puts a page's guards into the headers of its answer.
    pub fn guard(&self, headers: &mut HeaderMap, needs: Needs) {
        self.policies.guard(headers, needs);
    }

    /// `/assets/{name}`: a picture of the site, or a file of the script.
    #[must_use]
    pub fn serve(&self, name: &str) -> Response {
        let logos = self.logo.iter().flat_map(|logo| std::iter::once(&logo.picture).chain(&logo.dark));
        if let Some(picture) = logos.chain([&self.icon]).find(|picture| picture.name == name) {
            let headers = [
                (header::CONTENT_TYPE, "image/svg+xml"),
                (header::CACHE_CONTROL, FOR_EVER),
                (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
            ];
            return (headers, picture.svg.clone()).into_response();
        }
        match assets::script(name) {
            Some(text) => {
                let kind = "text/javascript; charset=utf-8";
                ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], text).into_response()
            }
            None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
        }
    }
}

fn path(picture: &Picture) -> String {
    format!("/assets/{}", picture.name)
}

/// A file of the folder, where it is there.
fn text(folder: &Path, name: &str) -> Result<Option<String>, String> {
    match fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use sha2::{Digest as _, Sha256};
    use testkit::folder::Folder;

    use super::*;

    const SQUARE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"/>";
    const WIDE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 18 9\"/>";

    fn read(name: &str, files: &[(&str, &str)]) -> Result<Theme, String> {
        let folder = Folder::new(name);
        for (file, text) in files {
            fs::write(folder.path().join(file), text).expect("it can be written");
        }
        Theme::read(folder.path())
    }

    fn policy(theme: &Theme, needs: Needs) -> String {
        let mut headers = HeaderMap::new();
        theme.guard(&mut headers, needs);
        headers[header::CONTENT_SECURITY_POLICY].to_str().expect("it is text").to_owned()
    }

    #[test]
    fn a_folder_without_a_look_leaves_ours() {
        let theme = read("theme-none", &[("terms.en.html", "<h1>Terms</h1>")]).expect("there is nothing to refuse");

        assert_eq!(theme.style(), assets::STYLE);
        assert!(theme.logo().is_none());
        assert_eq!(theme.icon_path(), Theme::default().icon_path());
    }

    #[test]
    fn every_policy_names_the_sheet_that_is_in_the_pages() {
        let theme = read("theme-sheet", &[("colours.toml", "band = \"#3b0a57\"")]).expect("it is told apart");

        assert_ne!(theme.style(), assets::STYLE);
        let digest = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(theme.style())));
        for needs in [Needs::Nothing, Needs::Stripe] {
            assert!(policy(&theme, needs).contains(&digest), "{needs:?}");
        }
    }

    #[test]
    fn what_cannot_be_worn_is_refused_by_its_file() {
        for (name, files, told) in [
            ("theme-colours", &[("colours.toml", "band = 1")][..], "colours.toml: band: 1 is not a colour"),
            ("theme-logo", &[("logo.svg", "<svg")], "logo.svg: it is not SVG"),
            ("theme-alone", &[("logo-dark.svg", SQUARE)], "logo-dark.svg: there is no logo.svg"),
            (
                "theme-sizes",
                &[("logo.svg", SQUARE), ("logo-dark.svg", WIDE)],
                "logo-dark.svg: give it the size of logo.svg",
            ),
            ("theme-icon", &[("icon.svg", WIDE)], "icon.svg: an icon is as wide as high"),
        ] {
            let refused = read(name, files).expect_err("it cannot be worn");
            assert!(refused.starts_with(told), "{refused}");
        }
    }
}

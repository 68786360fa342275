//! `matchday man` and `matchday completions`.

use std::fs;

use super::serving::{Folder, text};

#[test]
fn manual_pages_are_written_where_they_are_wanted_and_alike_for_a_date() {
    let folder = Folder::new();

    let written = folder.run(&["man", "share/man1", "--date", "2026-11-29"]);
    let again = folder.run(&["man", "again", "--date", "2026-11-29"]);

    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    assert_eq!(text(&written.stdout), text(&again.stdout));
    let pages: Vec<_> = fs::read_dir(folder.0.join("share/man1")).expect("it was made").flatten().collect();
    assert!(pages.len() > 20, "{pages:?}");
    for page in pages {
        let other = fs::read(folder.0.join("again").join(page.file_name())).expect("both are written");
        assert_eq!(fs::read(page.path()).expect("it is a file"), other, "{:?}", page.file_name());
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let folder = Folder::new();
    folder.write("file", "");

    let refused = folder.run(&["man", "file/below"]);

    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("file/below cannot be written"), "{}", text(&refused.stderr));
}

#[test]
fn each_shell_gets_its_completions_and_an_unknown_one_is_told_which_there_are() {
    let folder = Folder::new();

    for shell in ["bash", "zsh", "fish"] {
        let printed = folder.run(&["completions", shell]);
        assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
        assert!(text(&printed.stdout).contains("masterlist"), "{shell}");
    }
    let unknown = folder.run(&["completions", "tcsh"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("bash") && text(&unknown.stderr).contains("fish"));
}

//! Pages as they come out: what can be read of them, and in which order, in every script and out of any name.

use std::{io::Write, process::Command};

use chrono::DateTime;
use entities::{
    category::Category,
    matches,
    ticket::{self, Status},
};
use jiff::tz::TimeZone;
use localization::words::Catalogue;
use uuid::Uuid;

use super::*;

fn pass(holder: Option<&str>, home: &str) -> Pass {
    let at = DateTime::from_timestamp(1_668_960_000, 0).expect("it is a time");
    Pass {
        ticket: ticket::Model {
            id: Uuid::nil(),
            reservation_id: Uuid::nil(),
            seat: 1,
            user_id: Uuid::nil(),
            match_number: 1,
            category: Category::One,
            price_minor: 7_500,
            status: Status::Valid,
            version: 1,
            holder_name: holder.map(str::to_owned),
            origin_id: None,
            issued_at: at,
            changed_at: at,
            used_at: None,
            used_by: None,
            used_nonce: None,
            frozen_at: None,
            frozen_by: None,
            given_version: 0,
        },
        code: "A2".repeat(73),
        holder_email: Some("fan@example.com".to_owned()),
        locale: None,
        time_zone: "Asia/Qatar".into(),
        facts: matches::Model {
            match_number: 1,
            round_number: 1,
            date_utc: at,
            location: "Al Bayt Stadium".to_owned(),
            home_team: home.to_owned(),
            away_team: "Ecuador".to_owned(),
            group_name: Some("A".to_owned()),
            version: 1,
            closed: false,
        },
    }
}

/// What `program` says of a PDF.
fn told(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let path = std::env::temp_dir().join(format!("matchday-page-{}.pdf", Uuid::now_v7()));
    std::fs::File::create(&path).and_then(|mut file| file.write_all(pdf)).expect("a file can be written");
    let said = Command::new(program).args(arguments).arg(&path).arg("-").output();
    let said = if program == "pdfinfo" { Command::new(program).args(arguments).arg(&path).output() } else { said };
    std::fs::remove_file(&path).expect("the file is ours");
    let said = said.expect("scripts/test installs poppler-utils");
    assert!(said.status.success(), "{program}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("it writes UTF-8")
}

/// Each page's text, in the order in which it is drawn, without the marks that pdftotext puts around what runs from right
/// to left.
fn pages(pdf: &[u8]) -> Vec<String> {
    let text = told("pdftotext", &["-raw", "-enc", "UTF-8"], pdf);
    let text: String = text.chars().filter(|sign| !('\u{202a}'..='\u{202e}').contains(sign)).collect();
    let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    assert_eq!(pages.pop().as_deref(), Some(""), "each page ends with a form feed");
    pages
}

fn print_in(locale: Locale, passes: &[Pass]) -> Vec<u8> {
    let catalogue = Catalogue::new(WORDS, TimeZone::UTC);
    write(&Fonts::read(), catalogue.of(locale), "matchday", passes).expect("it can be written")
}

fn print(passes: &[Pass]) -> Vec<u8> {
    print_in(Locale::English, passes)
}

/// What stands below HOLDER.
fn holder(page: &str) -> &str {
    let mut lines = page.lines().skip_while(|line| *line != "HOLDER");
    lines.next();
    lines.next().expect("something stands below HOLDER").trim()
}

/// The letters of a text as they are drawn: in order, or in any, where they run from right to left.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    if letters.iter().any(|letter| ('\u{590}'..='\u{8ff}').contains(letter)) {
        letters.sort_unstable();
    }
    letters
}

/// A name in each script that prints, as docs/guides/tickets.md lists them.
const NAMES: [(&str, &str); 24] = [
    ("Latin", "Łukasz Żółć-Ðặng"),
    ("Greek", "Αθηνά Παπαδοπούλου"),
    ("Cyrillic", "Анна Їжакевич"),
    ("Arabic", "محمد علي"),
    ("Hebrew", "דוד לוי"),
    ("Devanagari", "प्रिया शर्मा"),
    ("Bengali", "সাকিব আল হাসান"),
    ("Gujarati", "નરેન્દ્ર પટેલ"),
    ("Gurmukhi", "ਹਰਪ੍ਰੀਤ ਸਿੰਘ"),
    ("Kannada", "ರಾಹುಲ್ ದ್ರಾವಿಡ್"),
    ("Malayalam", "ശ്രീജേഷ്"),
    ("Odia", "ପ୍ରିୟଙ୍କା ଦାସ"),
    ("Sinhala", "කුමාර් සංගක්කාර"),
    ("Tamil", "விஜய் குமார்"),
    ("Telugu", "కృష్ణ రెడ్డి"),
    ("Thai", "สมชาย ใจดี"),
    ("Lao", "ສົມສັກ ວົງສາ"),
    ("Khmer", "សុខ សំណាង"),
    ("Myanmar", "အောင်ဆန်း"),
    ("Georgian", "გიორგი მაისურაძე"),
    ("Armenian", "Արմեն Պետրոսյան"),
    ("Ethiopic", "አበበ ቢቂላ"),
    ("Tifinagh", "ⴰⵎⴰⵣⵉⵖ"),
    ("Chinese, Japanese and Korean", "山田太郎 さくら 李娜 김민준"),
];

#[test]
fn a_name_in_each_script_is_printed_and_can_be_read_as_it_was_written() {
    let document = include_str!("../../../docs/guides/tickets.md");
    let passes: Vec<Pass> = NAMES.iter().map(|(_, name)| pass(Some(name), name)).collect();

    let pages = pages(&print(&passes));

    assert_eq!(pages.len(), NAMES.len());
    for ((script, name), page) in NAMES.iter().zip(&pages) {
        assert_eq!(letters(holder(page)), letters(name), "{script}");
        assert!(document.contains(script), "docs/guides/tickets.md says that {script} prints");
        let lines = page.lines().filter(|line| letters(line) == letters(name)).count();
        assert_eq!(lines, 2, "{script}, as the team too: {page}");
    }
}

#[test]
fn numbers_and_latin_in_names_that_run_from_right_to_left_stand_as_they_are_read() {
    for (name, drawn) in [
        ("علي 123", ["123", "علي"]),
        ("דוד 45", ["45", "דוד"]),
        ("Ana علي", ["Ana", "علي"]),
        ("علي FC 9", ["FC 9", "علي"]),
    ] {
        let fonts = Fonts::read();
        let style = Style { weight: Weight::Bold, size: 12.5, color: color(INK) };
        let line = fonts.line(name, 300.0, style);
        assert_eq!(line.drawn(), drawn, "from left to right");
        let pdf = print(&[pass(Some(name), "Qatar")]);
        assert_eq!(letters(holder(&pages(&pdf)[0])), letters(name), "all of it is drawn");
        let read: String = name.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        let read = format!("ActualText<FEFF{read}>");
        assert!(String::from_utf8_lossy(&pdf).contains(&read), "{name} is read in its order");
    }
}

#[test]
fn what_can_not_be_printed_is_said_by_the_email_and_never_by_an_empty_line() {
    let email = "fan@example.com";
    for (name, printed) in [
        ("👍🏽", email),
        ("\u{301}\u{301}", email),
        ("\u{200b}\u{202e}", email),
        ("ཤར་པ", email),
        ("𒀀𒀁 x", email),
        ("   ", email),
        ("Ana 👍🏽 Ruiz", "Ana Ruiz"),
        ("山田 👩‍🚀", "山田"),
        ("\u{202e}x\u{0}y", "xy"),
        ("e\u{301}ve", "éve"),
        ("Zalgo\u{334}\u{334}\u{334}", "Zalgo\u{334}\u{334}\u{334}"),
    ] {
        let printed_alone = pages(&print(&[pass(Some(name), "Qatar")]));
        let folded = |text: &str| text.chars().filter(|letter| !is_mark(*letter)).collect::<String>();
        let composed = folded(&holder(&printed_alone[0]).replace('é', "e"));
        assert_eq!(composed, folded(&printed.replace('é', "e")), "{name:?}");
        assert!(!printed_alone[0].contains('\0'), "{name:?}");
    }
    let nobody = Pass { holder_email: None, ..pass(Some("👍"), "") };
    let page = pages(&print(&[nobody]));
    assert_eq!(holder(&page[0]), "the account that bought it");
}

fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

#[test]
fn whatever_people_teams_and_places_are_called_a_whole_ticket_is_printed() {
    let mut passes = vec![
        pass(Some("Ana"), &"Bosnia and Herzegovina ".repeat(40)),
        pass(None, "محمد 山田 👍 \u{202e}x\u{0}"),
        pass(Some(&"\u{301}".repeat(500)), ""),
        pass(Some(&"علي 12 ".repeat(60)), &"山".repeat(300)),
        pass(Some(&"प्रि".repeat(100)), "\u{2067}קטר\u{2069}"),
    ];
    // Letters of everywhere, in a row that is the same each time.
    let mut seed = 7_u64;
    for _ in 0..40 {
        let name: String = (0..24)
            .filter_map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let planes = [0x250, 0x1_000, 0x3_000, 0x1_0000, 0x2_0000];
                char::from_u32(u32::try_from(seed >> 33).ok()? % planes[usize::try_from(seed % 5).ok()?])
            })
            .collect();
        passes.push(pass(Some(&name), &name));
    }

    let pdf = print(&passes);
    let pages = pages(&pdf);

    assert_eq!(pages.len(), passes.len());
    for (pass, page) in passes.iter().zip(&pages) {
        assert!(!holder(page).is_empty() && !page.contains('\0'), "{:?}: {page}", pass.ticket.holder_name);
        for part in ["E-TICKET", "KICK-OFF", "Sunday, 20 November 2022", "VENUE", "Al Bayt Stadium", "Scan at the gate"]
        {
            assert!(page.contains(part), "{part} of {:?}: {page}", pass.ticket.holder_name);
        }
    }
}

#[test]
fn a_page_says_what_it_shows_to_those_who_listen_to_it() {
    let pdf = print(&[pass(Some("علي 123"), "Qatar"), pass(Some("Ana"), "Qatar")]);

    let facts = told("pdfinfo", &[], &pdf);
    for fact in ["Tagged:          yes", "Title:           Qatar v Ecuador, Sunday, 20 November 2022"] {
        assert!(facts.contains(fact), "{fact}: {facts}");
    }
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("/Lang(en)") || text.contains("/Lang (en)"), "the language of the page is said");
    assert!(text.contains("pdfuaid:part"), "the page is PDF/UA, whose rules were checked when it was written");

    let read = told("pdfinfo", &["-struct-text"], &pdf);
    let mut place = 0;
    for part in [
        "E-TICKET",
        "H1",
        "Qatar",
        "Ecuador",
        "Match 1 · Group A",
        "KICK-OFF",
        "Sunday, 20 November 2022",
        "TIME",
        "19:00 UTC+3",
        "VENUE",
        "Al Bayt Stadium",
        "HOLDER",
        "CATEGORY",
        "Figure",
        "Scan at the gate",
        "H2",
        "At the gate",
        "Only the newest page counts.",
    ] {
        let found = read[place..].find(part);
        place += found.unwrap_or_else(|| panic!("{part} comes in its place: {read}"));
    }
    assert!(text.contains("/Alt(QR code that opens the gate"), "the code has words of its own");
}

#[test]
fn every_language_says_what_the_others_say() {
    let differences = localization::words::differences(WORDS);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn a_ticket_is_in_its_holders_words_at_the_venues_time() {
    for (locale, parts) in [
        (Locale::English, ["HOLDER", "Qatar", "Sunday, 20 November 2022", "$75.00", "Fold here", "Scan at the gate"]),
        (
            Locale::Spanish,
            ["TITULAR", "Catar", "domingo, 20 de noviembre de 2022", "75,00 $", "Doblar aquí", "No lo compartas"],
        ),
        (Locale::French, ["TITULAIRE", "Équateur", "dimanche 20 novembre 2022", "75,00 $", "Plier ici", "À la porte"]),
    ] {
        let pdf = print_in(locale, &[pass(Some("Ana"), "Qatar")]);
        let page = pages(&pdf)[0].replace('\u{a0}', " ");
        for part in parts.into_iter().chain(["19:00 UTC+3"]) {
            assert!(page.contains(part), "{locale}: {part} is missing: {page}");
        }
        assert!(!page.contains("ticket-"), "{locale}: a message is missing: {page}");
    }
}

/// The place of the left edge of a text, in points, as `pdftotext -bbox` finds it.
fn left_of(pdf: &[u8], word: &str) -> f32 {
    let boxes = told("pdftotext", &["-bbox"], pdf);
    let line = boxes.lines().find(|line| line.contains(&format!(">{word}<")));
    let line = line.unwrap_or_else(|| panic!("{word} is drawn: {boxes}"));
    let (_, rest) = line.split_once("xMin=\"").expect("a box has a left edge");
    rest.split('"').next().and_then(|x| x.parse().ok()).expect("it is a number")
}

#[test]
fn a_page_in_arabic_begins_at_its_right_and_is_read_in_order() {
    let pdf = print_in(Locale::Arabic, &[pass(Some("Ana"), "Qatar")]);
    let english = print(&[pass(Some("Ana"), "Qatar")]);

    assert!(left_of(&english, "Ana") < PAGE.0 / 2.0 && left_of(&pdf, "Ana") > PAGE.0 / 2.0, "the holder's name");
    assert!(left_of(&english, "Fold") > PAGE.0 / 2.0, "the fold is named at the end of the line");
    let facts = told("pdfinfo", &[], &pdf);
    assert!(facts.contains("قطر × الإكوادور"), "{facts}");
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("/Lang(ar)") || text.contains("/Lang (ar)"), "the language of the page is said");
    assert!(text.contains("/Direction/R2L") || text.contains("/Direction /R2L"), "and its direction");
    assert!(text.contains("pdfuaid:part"), "the page is PDF/UA");
    for part in ["حامل التذكرة", "المباراة 1 · المجموعة A", "يدخل أول من يعرض الرمز"]
    {
        let read: String = part.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        assert!(text.contains(&format!("ActualText<FEFF{read}")), "{part} is read in its order");
    }
}

#[test]
fn a_page_carries_no_more_of_its_fonts_than_the_letters_that_it_shows() {
    for locale in Locale::ALL {
        let pdf = print_in(locale, &[pass(Some("山田太郎 محمد"), "Qatar")]);
        assert!(pdf.len() < 96_000, "{locale}: {} bytes", pdf.len());
    }
}

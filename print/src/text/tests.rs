use super::*;

fn style() -> Style {
    Style { weight: Weight::Bold, size: 20.0, color: rgb::Color::black() }
}

#[test]
fn a_text_that_is_too_wide_gets_smaller_and_then_shorter() {
    let fonts = Fonts::read();
    let fitted = |text: &str, width: f32| {
        let line = fonts.line(text, width, style());
        assert!(line.width <= width + 0.01, "{} {}", line.text, line.width);
        (line.text, line.style.size)
    };
    let wide = |text: &str| fonts.line(text, f32::MAX, style()).width / 20.0;

    assert_eq!(fitted("Qatar", 200.0), ("Qatar".to_owned(), 20.0));
    let (text, size) = fitted("Saudi Arabia", wide("Saudi Arabia") * 15.0);
    assert!(text == "Saudi Arabia" && (14.9..15.1).contains(&size), "{text} {size}");
    for long in ["Llanfair", "علي 12 ", "山田", "प्रि", "e\u{301}"] {
        let (text, size) = fitted(&long.repeat(100), 100.0);
        assert!(text.ends_with('…') && text.len() > 9 && (11.9..12.1).contains(&size), "{text} {size}");
        let last = text.trim_end_matches('…').chars().next_back();
        assert!(long.contains("e\u{301}") == (last == Some('\u{301}')), "no mark is cut off its letter: {text}");
    }
}

#[test]
fn letters_are_taken_from_the_font_that_has_them() {
    let fonts = Fonts::read();
    for text in ["Łukasz Żółć", "Анна Їжак", "Αθηνά", "محمد علي", "Ana محمد Анна", "山田 김민준 ไทย דוד"]
    {
        let line = fonts.line(text, f32::MAX, style());
        for run in &line.runs {
            let part = &text[run.place.clone()];
            assert!(run.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0), "{part}");
            assert!(run.glyphs.iter().all(|glyph| part.get(glyph.text_range.clone()).is_some()), "{part}");
        }
    }
    assert_eq!(fonts.line("Ana محمد Анна", f32::MAX, style()).runs.len(), 3);
    assert_eq!(fonts.line("", f32::MAX, style()).runs.len(), 0);
}

#[test]
fn what_no_font_has_is_left_out_or_stands_as_a_box_among_what_can_be_read() {
    let fonts = Fonts::read();
    for (text, printed) in [
        ("  Ana \n Ruiz ", Some("Ana Ruiz")),
        ("Ana 𒀀", Some("Ana □")),
        ("𒀀𒀁 A", None),
        ("👍", None),
        ("...", None),
        ("", None),
        ("\u{202e}Ana\u{200d}", Some("Ana")),
        ("क्\u{200d}ष", Some("क्\u{200d}ष")),
    ] {
        assert_eq!(fonts.printable(text).as_deref(), printed, "{text:?}");
    }
}
